// Events per hour and notifications per day: each bar leads to its list, and so does each row of the same in tables.
import { Skeleton, Text, Title, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Activity as Found, Status } from "../../api/client";
import { activityQuery } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { Later } from "../../parts/Later";
import { clockTime, dayAt, dayOfMonth, number, weekdayTime } from "../../parts/formats";
import { ViewChoice } from "../../parts/graph/ViewChoice";
import { localMinute } from "../../parts/localTime";
import { useAllowed, useSession } from "../../parts/session";
import { COUNT_OF, STATUSES } from "../../parts/StatusBadge";
import type { EventSearch } from "../eventSearch";
import type { NotificationSearch } from "../notificationSearch";

const ActivityChart = lazy(() => import("./ActivityChart"));

const COLOUR_OF = { DELIVERED: "--delivered", PENDING: "--pending", FAILED: "--failed", DROPPED: "--dropped-bar" };

export interface Bars {
  labels: string[];
  /** What stands below the bars, where it is not the labels; nothing below most of them. */
  ticks?: string[];
  series: { name: string; colour: string; values: number[] }[];
  /** What the last bar looks like: it is not whole yet. */
  runningColour?: string;
}

export default function Activity() {
  const { t } = useTranslation();
  const { as } = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const { data, isError, refetch } = useQuery(activityQuery);
  if (isError && !data) return <Broken text={t("activity.broken")} onAgain={refetch} />;
  return (
    <section className="activity" aria-labelledby="activity-title">
      <div className="list-head">
        <Title order={2} id="activity-title" className="panel-title">
          {t("activity.title")}
        </Title>
        <ViewChoice
          value={as}
          onChange={(as) =>
            void navigate({ search: (before) => ({ ...before, as }), replace: true, resetScroll: false })
          }
        />
      </div>
      <div className="activity-pair">
        <Hours hours={data?.hours} isTable={as === "table"} />
        <Days days={data?.days} isTable={as === "table"} />
      </div>
    </section>
  );
}

function Hours({ hours, isTable }: { hours: Found["hours"] | undefined; isTable: boolean }) {
  const { t, i18n } = useTranslation();
  const { timeZoneId } = useSession();
  const navigate = useNavigate();
  const mayRead = useAllowed("read:events");
  const counts = hours?.map(({ events }) => events);
  const total = counts?.reduce((sum, count) => sum + count, 0);
  const labels = hours?.map(({ startsAtMs }) => weekdayTime(startsAtMs, i18n.language, timeZoneId)) ?? [];
  const ticks = hours?.map(({ startsAtMs }) => {
    const clock = localMinute(startsAtMs, timeZoneId).slice(11);
    if (clock === "00:00") return dayAt(startsAtMs, i18n.language, timeZoneId);
    return clock === "12:00" ? clockTime(startsAtMs, i18n.language, timeZoneId) : "";
  });
  /** Events are listed by days. */
  const searchOf = (index: number): EventSearch => {
    const day = localMinute(hours?.[index]?.startsAtMs ?? 0, timeZoneId).slice(0, 10);
    return { view: "list", from: day, to: day };
  };
  return (
    <ActivityPanel
      id="hours-title"
      title={t("activity.hours")}
      lead={t("activity.hoursSpan")}
      to={mayRead ? { to: "/events", search: { view: "list" } } : undefined}
      toLabel={t("activity.toEvents")}
      isTable={isTable}
      nothing={total === 0 ? t("activity.noEvents") : undefined}
      summary={t("activity.hoursSummary", {
        total: number(total ?? 0, i18n.language),
        most: number(Math.max(0, ...(counts ?? [])), i18n.language),
      })}
      bars={
        counts && {
          labels,
          ticks,
          series: [{ name: t("chart.events"), colour: "--bar", values: counts }],
          runningColour: "--bar-running",
        }
      }
      column={t("activity.hour")}
      onPick={mayRead ? (index) => void navigate({ to: "/events", search: searchOf(index) }) : undefined}
      linkOf={(index, content) =>
        mayRead ? (
          <Link to="/events" search={searchOf(index)} className="text-link" activeProps={{}}>
            {content}
          </Link>
        ) : (
          content
        )
      }
    />
  );
}

function Days({ days, isTable }: { days: Found["days"] | undefined; isTable: boolean }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const mayRead = useAllowed("read:pushnotifications");
  const valuesOf = (status: Status) => days?.map(({ notifications }) => notifications[COUNT_OF[status]]) ?? [];
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const series = STATUSES.map((status) => ({
    name: t(`status.${status}`),
    colour: COLOUR_OF[status],
    values: valuesOf(status),
  }));
  const searchOf = (index: number): NotificationSearch => ({ from: days?.[index]?.day, to: days?.[index]?.day });
  return (
    <ActivityPanel
      id="days-title"
      title={t("activity.days")}
      lead={t("activity.daysSpan")}
      to={mayRead ? { to: "/notifications" } : undefined}
      toLabel={t("notices.find")}
      isTable={isTable}
      nothing={days && sum(series.map(({ values }) => sum(values))) === 0 ? t("activity.noNotifications") : undefined}
      summary={t("activity.daysSummary", {
        counts: series.map(({ name, values }) => `${name}: ${number(sum(values), i18n.language)}`).join(", "),
      })}
      bars={days && { labels: days.map(({ day }) => dayOfMonth(day, i18n.language)), series }}
      column={t("backtest.day")}
      onPick={mayRead ? (index) => void navigate({ to: "/notifications", search: searchOf(index) }) : undefined}
      linkOf={(index, content, at) =>
        mayRead ? (
          <Link
            to="/notifications"
            search={{ ...searchOf(index), ...(at !== undefined && { status: STATUSES[at] }) }}
            className="text-link"
            activeProps={{}}
          >
            {content}
          </Link>
        ) : (
          content
        )
      }
    />
  );
}

interface PanelProps {
  id: string;
  title: string;
  lead: string;
  /** The whole list. */
  to: Pick<LinkProps, "to" | "search"> | undefined;
  toLabel: string;
  isTable: boolean;
  /** Said where there is nothing to draw. */
  nothing: string | undefined;
  summary: string;
  bars: Bars | undefined;
  column: string;
  onPick: ((index: number) => void) | undefined;
  /** A row's name, or its cell of a series, as what leads to its list. */
  linkOf: (index: number, content: string, at?: number) => ReactNode;
}

function ActivityPanel({ id, title, lead, to, toLabel, isTable, nothing, summary, bars, ...rest }: PanelProps) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <Title order={3} id={id} className="panel-title">
          {title}
        </Title>
        <Text c="dimmed" fz="sm">
          {lead}
        </Text>
      </div>
      {bars && bars.series.length > 1 && (
        <ul className="activity-legend" aria-hidden>
          {bars.series.map(({ name, colour }) => (
            <li key={name}>
              <span style={{ background: `var(${colour})` }} />
              {name}
            </li>
          ))}
        </ul>
      )}
      <div className="activity-place">
        {!bars && <Skeleton height="100%" aria-hidden />}
        {bars && nothing && <p className="activity-nothing">{nothing}</p>}
        {bars && !nothing && isTable && (
          <div className="activity-scroll" tabIndex={0} role="region" aria-label={title}>
            <BarsTable title={title} bars={bars} isLinked {...rest} />
          </div>
        )}
        {bars && !nothing && !isTable && (
          <>
            <Later waiting={<Skeleton height="100%" />}>
              <ActivityChart bars={bars} summary={summary} onPick={rest.onPick} />
            </Later>
            <VisuallyHidden>
              <BarsTable title={title} bars={bars} {...rest} />
            </VisuallyHidden>
          </>
        )}
      </div>
      {to && (
        <Link {...to} className="text-link small activity-link" activeProps={{}}>
          {toLabel}
        </Link>
      )}
    </section>
  );
}

/** The newest first where one reads it, for it leads to its lists then. */
function BarsTable({
  title,
  bars: { labels, series },
  column,
  linkOf,
  isLinked = false,
}: Pick<PanelProps, "title" | "column" | "linkOf"> & { bars: Bars; isLinked?: boolean }) {
  const { i18n } = useTranslation();
  const places = labels.map((_, index) => index);
  return (
    <table className="plain-table">
      <caption className="visually-hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{column}</th>
          {series.map(({ name }) => (
            <th key={name} scope="col" className="count">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(isLinked ? places.reverse() : places).map((index) => (
          <tr key={index}>
            <th scope="row">{isLinked ? linkOf(index, labels[index] ?? "") : labels[index]}</th>
            {series.map(({ name, values }, at) => {
              const shown = number(values[index] ?? 0, i18n.language);
              return (
                <td key={name} className="count">
                  {isLinked && series.length > 1 && values[index] ? linkOf(index, shown, at) : shown}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
