// The main navigation: links in the bar, and on a narrow page a button that opens the same links.
import { Popover, UnstyledButton } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "./session";

const PLACES = [
  {
    to: "/",
    name: "overview",
    needs: null,
    isHere: (path: string) => path === "/" || path.startsWith("/notifications"),
  },
  {
    to: "/rules",
    name: "rules",
    needs: "read:rules",
    isHere: (path: string) => path === "/rules" || path.startsWith("/rules/"),
  },
] as const;

export function MainNav() {
  const { t } = useTranslation();
  const { permissions } = useSession();
  const places = PLACES.filter(({ needs }) => needs === null || permissions.includes(needs));
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [isOpen, setIsOpen] = useState(false);
  return (
    <nav className="main-nav" aria-label={t("nav.label")}>
      <div className="main-nav-wide">
        {places.map(({ to, name, isHere }) => (
          <Link key={to} to={to} className="main-nav-link" {...current(isHere(path))}>
            {t(`nav.${name}`)}
          </Link>
        ))}
      </div>
      <div className="main-nav-narrow">
        <Popover
          opened={isOpen}
          onChange={setIsOpen}
          position="bottom-start"
          width={220}
          withinPortal={false}
          returnFocus
        >
          <Popover.Target>
            <UnstyledButton className="bar-button" aria-label={t("nav.menu")} onClick={() => setIsOpen(!isOpen)}>
              <IconMenu2 size={20} aria-hidden />
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown className="main-nav-dropdown" aria-label={t("nav.menu")}>
            {places.map(({ to, name, isHere }) => (
              <Link
                key={to}
                to={to}
                className="main-nav-link"
                onClick={() => setIsOpen(false)}
                {...current(isHere(path))}
              >
                {t(`nav.${name}`)}
              </Link>
            ))}
          </Popover.Dropdown>
        </Popover>
      </div>
    </nav>
  );
}

// The router marks by the beginning of the address, which would mark "/" everywhere.
const current = (isHere: boolean) => ({ activeProps: {}, "aria-current": isHere ? ("page" as const) : undefined });
