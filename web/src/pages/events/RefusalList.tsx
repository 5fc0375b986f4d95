import { useTranslation } from "react-i18next";
import type { Refusal } from "../../api/events";
import { number } from "../../parts/formats";
import { useSentences } from "../../texts/sentences";

interface Props {
  refusals: Refusal[];
  most: number;
  /** Of all, also those that are not at hand. */
  count: number;
}

/** The first of what was refused: where, and why. */
export function RefusalList({ refusals, most, count }: Props) {
  const { t, i18n } = useTranslation();
  const say = useSentences();
  const left = count - Math.min(most, refusals.length);
  return (
    <ul className="import-refusals">
      {refusals.slice(0, most).map(({ line, column, reason }, index) => (
        <li key={index}>
          <b>
            {t("events.import.lineNumber", { line: number(line, i18n.language) })}
            {column && `, ${column}`}
          </b>{" "}
          {say(reason)}
        </li>
      ))}
      {left > 0 && <li>{t("events.import.moreRefused", { count: left, shown: number(left, i18n.language) })}</li>}
    </ul>
  );
}
