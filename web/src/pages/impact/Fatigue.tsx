// How tired homes are of a rule: what they ignore, now and before, how often they hear of it, and who stopped reading.
import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Impact } from "../../api/impact";
import { number } from "../../parts/formats";
import { Intervals } from "./Intervals";

export function Fatigue({ fatigue, isTable }: { fatigue: Impact["fatigue"]; isTable: boolean }) {
  const { t, i18n } = useTranslation();
  const title = t("impact.fatigue");
  const { lastMonth, monthBefore } = fatigue.trend;
  const decimal = (value: number | null) =>
    value === null ? t("impact.few") : number(Math.round(value * 10) / 10, i18n.language);
  return (
    <section className="panel impact-panel" aria-labelledby="fatigue-title">
      <div>
        <Title order={2} id="fatigue-title" className="panel-title">
          {title}
        </Title>
        <p className="impact-lead">{t("impact.fatigueLead")}</p>
      </div>
      <Intervals
        title={title}
        rows={[
          { name: t("impact.ignoredLastMonth"), share: lastMonth.ignored },
          { name: t("impact.ignoredMonthBefore"), share: monthBefore.ignored },
        ]}
        isTable={isTable}
      />
      <dl className="small-figures">
        <div>
          <dt>{t("impact.optOuts")}</dt>
          <dd>
            {decimal(lastMonth.optOutsPer1000)}
            <span>{t("impact.beforeThat", { value: decimal(monthBefore.optOutsPer1000) })}</span>
          </dd>
        </div>
        <div>
          <dt>{t("impact.perHomeAndWeek")}</dt>
          <dd>{decimal(fatigue.perHomeAndWeek)}</dd>
        </div>
        <div>
          <dt>{t("impact.homesIgnoring", { count: fatigue.homesIgnoring.moreThan })}</dt>
          <dd>{number(fatigue.homesIgnoring.homes ?? 0, i18n.language)}</dd>
        </div>
      </dl>
    </section>
  );
}
