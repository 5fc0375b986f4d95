// The chosen types of a building as lines over time, or the same in tables.
import { Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { SoughtEvents } from "../../api/events";
import { EventLines, NoLines } from "../../parts/graph/EventLines";
import { ViewChoice } from "../../parts/graph/ViewChoice";
import type { EventSearch } from "../eventSearch";

const DAY_MS = 86_400_000;

interface Props {
  sought: SoughtEvents;
  timeZoneId: string;
  search: EventSearch;
}

export function EventGraph({ sought, timeZoneId, search }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/events" });
  // Of an end that nobody chose the present minute is taken, once.
  const asked = useMemo(() => {
    const toMs = sought.toMs ?? Math.ceil(Date.now() / 60_000) * 60_000;
    return { ...sought, toMs, fromMs: sought.fromMs ?? toMs - DAY_MS };
  }, [sought]);
  const title = t("events.view.graph");
  return (
    <section className="panel graph-panel" aria-label={title}>
      <div className="event-graph-head">
        <Text c="dimmed" fz="sm">
          {!search.from && !search.to && t("events.lastDay")}
        </Text>
        <ViewChoice
          value={search.as}
          onChange={(as) =>
            void navigate({ search: (before) => ({ ...before, as }), replace: true, resetScroll: false })
          }
        />
      </div>
      {asked.building === undefined ? (
        <NoLines text={t("events.graphChoose")} />
      ) : (
        <EventLines asked={asked} timeZoneId={timeZoneId} title={title} isTable={search.as === "table"} />
      )}
    </section>
  );
}
