// The same as the graph, in tables: what would have been said, and what was looked at.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { number, weekdayTime } from "../../../parts/formats";
import { textIn } from "../../../parts/textIn";
import type { Tried } from "../useSimulation";
import { seriesName } from "./seriesName";

const MOST_ROWS = 200;

interface Props {
  tried: Tried;
  onAsk: (timesMs: number[]) => void;
}

export function GraphTable({ tried, onAsk }: Props) {
  const { t, i18n } = useTranslation();
  const { simulation, timeZoneId } = tried;
  const said = [...simulation.notifications, ...simulation.dropped].sort(
    (a, b) => a.createdAtTimeMillis - b.createdAtTimeMillis,
  );
  return (
    <div className="graph-tables" tabIndex={0} role="region" aria-label={t("rule.graph")}>
      <table className="plain-table">
        <caption>
          {t("rule.simulated")}
          {said.length > MOST_ROWS && ` · ${t("rule.lastRows", { count: MOST_ROWS })}`}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t("rule.at")}</th>
            <th scope="col">{t("rule.outcome")}</th>
            <th scope="col">{t("rule.place.message")}</th>
            <th scope="col">{t("rule.whyShort")}</th>
          </tr>
        </thead>
        <tbody>
          {said.slice(-MOST_ROWS).map((each) => {
            const text = textIn(each.notification?.texts, i18n.language);
            return (
              <tr key={each.id}>
                <th scope="row">{weekdayTime(each.createdAtTimeMillis, i18n.language, timeZoneId)}</th>
                <td>{each.dropReason ? t(`dropReason.${each.dropReason}`) : t("rule.sent")}</td>
                <td>{text ? `${text.title}: ${text.message}` : ""}</td>
                <td>
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => onAsk([each.createdAtTimeMillis])}
                    aria-label={t("rule.whyOf", {
                      time: weekdayTime(each.createdAtTimeMillis, i18n.language, timeZoneId),
                    })}
                  >
                    {t("rule.ask")}
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {simulation.series.map((series) => (
        <table key={`${series.dataset}${series.deviceId}${series.type}${series.source}`} className="plain-table">
          <caption>
            {seriesName(series)} ({series.type}
            {series.unit ? `, ${series.unit}` : ""})
            {series.points > MOST_ROWS && ` · ${t("rule.lastRows", { count: MOST_ROWS })}`}
          </caption>
          <thead>
            <tr>
              <th scope="col">{t("rule.at")}</th>
              <th scope="col">{t("rule.value")}</th>
            </tr>
          </thead>
          <tbody>
            {series.timestamps.slice(-MOST_ROWS).map((seconds, index, shown) => (
              <tr key={seconds}>
                <th scope="row">{weekdayTime(seconds * 1000, i18n.language, timeZoneId)}</th>
                <td>{number(series.values[series.values.length - shown.length + index] ?? 0, i18n.language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
