// The same as a graph of lines, in tables.
import { useTranslation } from "react-i18next";
import { number, weekdayTime } from "../formats";
import type { Drawn } from "./drawn";

const MOST_ROWS = 200;

export function LineTables({ drawn: { lines, timeZoneId } }: { drawn: Drawn }) {
  const { t, i18n } = useTranslation();
  return lines.map((line) => (
    <table key={line.key} className="plain-table">
      <caption>
        {line.caption}
        {line.points > MOST_ROWS && ` · ${t("rule.lastRows", { count: MOST_ROWS })}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("rule.at")}</th>
          <th scope="col">{t("rule.value")}</th>
        </tr>
      </thead>
      <tbody>
        {line.timestamps.slice(-MOST_ROWS).map((seconds, index, shown) => (
          <tr key={seconds}>
            <th scope="row">{weekdayTime(seconds * 1000, i18n.language, timeZoneId)}</th>
            <td>{number(line.values[line.values.length - shown.length + index] ?? 0, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  ));
}
