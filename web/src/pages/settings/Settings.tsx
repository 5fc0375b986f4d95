// The frame of the settings: its title, and the pages that the member's role may see.
import { Title } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAllowed } from "../../parts/session";
import "./settings.css";

export function Settings() {
  const { t } = useTranslation();
  const isAllowed = useAllowed("admin:users");
  if (!isAllowed) {
    return (
      <div className="panel empty" role="alert">
        <Title order={1} fz="h3" mb="sm">
          {t("settings.title")}
        </Title>
        <p>{t("accounts.forbidden")}</p>
        <Link to="/" className="text-link">
          {t("notFound.back")}
        </Link>
      </div>
    );
  }
  return (
    <>
      <Title order={1} fz="h3">
        {t("settings.title")}
      </Title>
      <nav className="filters" aria-label={t("settings.title")}>
        {(["data", "members", "event-categories", "audit"] as const).map((page) => (
          <Link key={page} to={`/settings/${page}`} className="filter" activeProps={{ "aria-current": "page" }}>
            {t(`${page}.title`)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
