// The main navigation: links in the bar, and on a narrow page a menu with the same links.
import { Menu, UnstyledButton } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

const PLACES = [
  { to: "/", name: "overview", isHere: (path: string) => path === "/" || path.startsWith("/notifications") },
  { to: "/rules", name: "rules", isHere: (path: string) => path === "/rules" || path.startsWith("/rules/") },
] as const;

export function MainNav() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav className="main-nav" aria-label={t("nav.label")}>
      <div className="main-nav-wide">
        {PLACES.map(({ to, name, isHere }) => (
          <Link key={to} to={to} className="main-nav-link" {...current(isHere(path))}>
            {t(`nav.${name}`)}
          </Link>
        ))}
      </div>
      <div className="main-nav-narrow">
        <Menu position="bottom-start" width={220}>
          <Menu.Target>
            <UnstyledButton className="bar-button" aria-label={t("nav.menu")}>
              <IconMenu2 size={20} aria-hidden />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {PLACES.map(({ to, name, isHere }) => (
              <Menu.Item key={to} component={Link} to={to} className="main-nav-item" {...current(isHere(path))}>
                {t(`nav.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
    </nav>
  );
}

// The router marks by the beginning of the address, which would mark "/" everywhere.
const current = (isHere: boolean) => ({ activeProps: {}, "aria-current": isHere ? ("page" as const) : undefined });
