import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { eventFigures } from "../../api/minutes";
import { overviewQuery } from "../../api/queries";
import { figure, number } from "../../parts/formats";
import { COUNT_OF, STATUSES } from "../../parts/StatusBadge";

export function Figures() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(overviewQuery);
  const events = data && eventFigures(data.minutes);
  const today = data?.notificationsToday;
  // What was held back was no notification to anybody; it is named beside the others.
  const total = today && today.delivered + today.pending + today.failed;
  return (
    <section aria-label={t("figures.title")}>
      <dl className="figures">
        <Figure label={t("figures.lastMinute")} value={events?.lastMinute} />
        <Figure label={t("figures.lastHour")} value={events?.lastHour} />
        <Figure label={t("figures.buildings")} value={data?.buildingCount} />
        <Figure label={t("figures.today")} value={total} isWide>
          <ul className="by-status">
            {STATUSES.map((status) => (
              <li key={status} data-status={status}>
                <span className="by-status-count">{number(today?.[COUNT_OF[status]] ?? 0, i18n.language)}</span>{" "}
                {t(`status.${status}`)}
              </li>
            ))}
          </ul>
        </Figure>
      </dl>
    </section>
  );
}

interface FigureProps {
  label: string;
  value: number | undefined;
  /** Where there is little room it has a row of its own. */
  isWide?: boolean;
  children?: ReactNode;
}

function Figure({ label, value, isWide = false, children }: FigureProps) {
  const { i18n } = useTranslation();
  return (
    <div className={isWide ? "panel figure figure-wide" : "panel figure"}>
      <dt>{label}</dt>
      <dd>
        <span className="figure-value">
          {value === undefined ? <Skeleton width={72} height="1lh" /> : figure(value, i18n.language)}
        </span>
        {value !== undefined && children}
      </dd>
    </div>
  );
}
