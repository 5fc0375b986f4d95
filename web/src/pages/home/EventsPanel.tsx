// Events per minute: a chart, the same as a table for screen readers, or what to do when there are none.
import { Skeleton, Table, Text, Title, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { Overview } from "../../api/client";
import { eventFigures } from "../../api/minutes";
import { overviewQuery } from "../../api/queries";
import { Commands } from "../../parts/Commands";
import { Later } from "../../parts/Later";
import { clockTime, number } from "../../parts/formats";
import { useSession } from "../../parts/session";
import { addBuilding, getToken, postEvent } from "./commands";

const EventsChart = lazy(() => import("./EventsChart"));

export function EventsPanel() {
  const { t } = useTranslation();
  const { data } = useQuery(overviewQuery);
  const isEmpty = data !== undefined && eventFigures(data.minutes).lastHour === 0;
  return (
    <section className="panel" aria-labelledby="events-title">
      <div className="panel-head">
        <Title order={2} id="events-title" className="panel-title">
          {t("chart.title")}
        </Title>
        <Text c="dimmed" fz="sm">
          {t("chart.span")}
        </Text>
      </div>
      <div className="chart-place">
        {data === undefined && <Skeleton height="100%" />}
        {isEmpty && <NoEvents hasBuildings={data.buildingCount > 0} />}
        {data !== undefined && !isEmpty && (
          <>
            <Later waiting={<Skeleton height="100%" />}>
              <EventsChart minutes={data.minutes} />
            </Later>
            <EventsTable minutes={data.minutes} />
          </>
        )}
      </div>
    </section>
  );
}

function EventsTable({ minutes }: { minutes: Overview["minutes"] }) {
  const { t, i18n } = useTranslation();
  const { timeZoneId } = useSession();
  return (
    <VisuallyHidden>
      <Table>
        <caption>{t("chart.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("chart.minute")}</th>
            <th scope="col">{t("chart.events")}</th>
          </tr>
        </thead>
        <tbody>
          {minutes.map((minute) => (
            <tr key={minute.startsAtMs}>
              <th scope="row">{clockTime(minute.startsAtMs, i18n.language, timeZoneId)}</th>
              <td>{number(minute.events, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </VisuallyHidden>
  );
}

function NoEvents({ hasBuildings }: { hasBuildings: boolean }) {
  const { t } = useTranslation();
  const origin = window.location.origin;
  const steps = hasBuildings
    ? [getToken(origin), postEvent(origin)]
    : [getToken(origin), addBuilding(origin), postEvent(origin)];
  return (
    <div className="empty">
      <Text fw={600}>{t("noEvents.title")}</Text>
      <Text c="dimmed" fz="sm" mb="sm">
        {t(hasBuildings ? "noEvents.lead" : "noEvents.noBuildings")}
      </Text>
      <Commands text={steps.join("\n\n")} />
    </div>
  );
}
