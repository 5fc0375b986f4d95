// All notifications of the customer: found by what the address says, opened in full beside the list, or counted by rule.
import "../../styles/rules.css";
import "./notifications.css";
import { Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Sought } from "../../api/queries";
import { DownloadButton } from "../../parts/DownloadButton";
import { dayAfter, instantOf } from "../../parts/localTime";
import { useSession } from "../../parts/session";
import type { NotificationSearch } from "../notificationSearch";
import { ByRule } from "./ByRule";
import { NotificationCards } from "./NotificationCards";
import { NotificationDrawer } from "./NotificationDrawer";
import { NotificationFilters } from "./NotificationFilters";
import { StatusFilter } from "./StatusFilter";
import { TextLanguage } from "./TextLanguage";
import { useTextLanguage } from "./useTextLanguage";

const VIEWS = [undefined, "rules"] as const;

export function Notifications() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/notifications" });
  const { timeZoneId } = useSession();
  const sought = soughtOf(search, timeZoneId);
  const language = useTextLanguage(search.texts);
  return (
    <>
      <div className="page-head">
        <Title order={1} className="page-title">
          {t("list.title")}
        </Title>
        <nav className="filters" aria-label={t("notices.views")}>
          {VIEWS.map((view) => (
            <Link
              key={view ?? "list"}
              to="/notifications"
              search={(before) => ({ ...before, view })}
              resetScroll={false}
              className="filter"
              activeOptions={{ exact: true }}
              aria-current={view === search.view ? "true" : undefined}
              activeProps={{}}
            >
              {t(`notices.view.${view ?? "list"}`)}
            </Link>
          ))}
        </nav>
        <div className="page-actions">
          {!search.view && (
            <DownloadButton path="/console/api/notifications/export" query={{ ...sought }} icon={IconDownload}>
              {t("notices.export")}
            </DownloadButton>
          )}
        </div>
      </div>
      {search.view === "rules" ? (
        <ByRule search={search} />
      ) : (
        <section aria-label={t("list.title")}>
          <NotificationFilters search={search} />
          <div className="list-head">
            <StatusFilter status={search.status} />
            <TextLanguage language={language} />
          </div>
          <NotificationCards sought={sought} language={language} empty={<NothingFits search={search} />} />
        </section>
      )}
      <NotificationDrawer />
    </>
  );
}

/** The days are those of the customer's zone. */
function soughtOf({ status, building, rule, interaction, from, to }: NotificationSearch, timeZoneId: string): Sought {
  return {
    status,
    building,
    rule,
    interaction,
    fromMs: from && instantOf(from, timeZoneId),
    toMs: to && instantOf(dayAfter(to), timeZoneId),
  } as Sought;
}

function NothingFits({ search: { texts, ...filters } }: { search: NotificationSearch }) {
  const { t } = useTranslation();
  if (Object.values(filters).every((value) => value === undefined)) {
    return (
      <>
        <Text fw={600}>{t("empty.title")}</Text>
        <Text c="dimmed" fz="sm">
          {t("empty.waiting")}
        </Text>
      </>
    );
  }
  return (
    <>
      <Text mb="xs">{t("notices.noneFits")}</Text>
      <Link to="/notifications" search={{ texts }} className="text-link" activeProps={{}}>
        {t("notices.showAll")}
      </Link>
    </>
  );
}
