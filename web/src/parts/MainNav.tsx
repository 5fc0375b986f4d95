// The main navigation: links in the bar, and on a narrow page a button that opens the same links.
import { Popover, UnstyledButton } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePlaces } from "./places";

const isHere = (to: string, path: string) => path === to || (to !== "/" && path.startsWith(`${to}/`));

export function MainNav() {
  const { t } = useTranslation();
  const places = usePlaces("main");
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [isOpen, setIsOpen] = useState(false);
  return (
    <nav className="main-nav" aria-label={t("nav.label")}>
      <div className="main-nav-wide">
        {places.map(({ to, name }) => (
          <Link key={to} to={to} className="main-nav-link" {...current(isHere(to, path))}>
            {t(name)}
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
            {places.map(({ to, name }) => (
              <Link
                key={to}
                to={to}
                className="main-nav-link"
                onClick={() => setIsOpen(false)}
                {...current(isHere(to, path))}
              >
                {t(name)}
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
