import { useTranslation } from "react-i18next";
import type { Difference } from "./differences";

interface Props {
  differences: Difference[];
  caption: string;
  before: string;
  after: string;
}

/** Two versions side by side, only what is not the same. */
export function DiffTable({ differences, caption, before, after }: Props) {
  const { t } = useTranslation();
  if (differences.length === 0) return <p className="diff-none">{t("rule.noDifference")}</p>;
  return (
    <div className="diff-place" tabIndex={0} role="region" aria-label={caption}>
      <table className="diff">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("rule.part")}</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((each) => (
            <tr key={each.place}>
              <th scope="row">{each.place}</th>
              <td className="diff-before">{each.before || <span className="dim">{t("rule.nothing")}</span>}</td>
              <td className="diff-after">{each.after || <span className="dim">{t("rule.nothing")}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
