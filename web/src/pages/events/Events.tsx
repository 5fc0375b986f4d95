// Events: as they arrive, found by what the address says, or drawn; out as CSV.
import "../../styles/rules.css";
import "./events.css";
import { Title } from "@mantine/core";
import { IconDownload, IconUpload } from "@tabler/icons-react";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DownloadButton } from "../../parts/DownloadButton";
import { LinkButton } from "../../parts/LinkButton";
import { useAllowed } from "../../parts/session";
import { VIEWS } from "../eventSearch";
import { EventFilters } from "./EventFilters";
import { EventGraph } from "./EventGraph";
import { EventList } from "./EventList";
import { LiveTail } from "./LiveTail";
import { useSought } from "./useSought";

export function Events() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/events" });
  const { view = "live" } = search;
  const mayWrite = useAllowed("write:events");
  const { sought, timeZoneId, isUnknown } = useSought(search);
  return (
    <>
      <div className="page-head">
        <Title order={1} className="page-title">
          {t("events.title")}
        </Title>
        <nav className="filters" aria-label={t("events.views")}>
          {VIEWS.map((each) => (
            <Link
              key={each}
              to="/events"
              search={(before) => ({ ...before, view: each === "live" ? undefined : each })}
              resetScroll={false}
              className="filter"
              activeOptions={{ exact: true }}
              aria-current={each === view ? "true" : undefined}
              activeProps={{}}
            >
              {t(`events.view.${each}`)}
            </Link>
          ))}
        </nav>
        <div className="page-actions">
          <DownloadButton path="/console/api/events/export" query={{ ...sought }} icon={IconDownload}>
            {t("events.export")}
          </DownloadButton>
          {mayWrite && (
            <LinkButton
              to="/events/import"
              search={{ building: search.building }}
              leftSection={<IconUpload size={17} aria-hidden />}
            >
              {t("events.import.open")}
            </LinkButton>
          )}
        </div>
      </div>
      <EventFilters search={search} isUnknown={isUnknown} />
      {view === "live" && <LiveTail sought={sought} timeZoneId={timeZoneId} />}
      {view === "list" && <EventList sought={sought} timeZoneId={timeZoneId} />}
      {view === "graph" && <EventGraph sought={sought} timeZoneId={timeZoneId} search={search} />}
    </>
  );
}
