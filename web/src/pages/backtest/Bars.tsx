// Numbers as bars, of one rule or of two side by side; the same as a table for whoever prefers it or cannot see the bars.
import { Skeleton, VisuallyHidden } from "@mantine/core";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { Later } from "../../parts/Later";
import { number } from "../../parts/formats";

const BarsChart = lazy(() => import("./BarsChart"));

export interface BarSeries {
  name: string;
  /** One for each label. */
  values: number[];
}

export interface BarsProps {
  title: string;
  /** What the labels are. */
  column: string;
  labels: string[];
  series: BarSeries[];
  unit: "notifications" | "homes";
}

export function Bars({ asTable, ...bars }: BarsProps & { asTable: boolean }) {
  const { series, title } = bars;
  if (asTable) {
    return (
      <div className="bars-table" tabIndex={0} role="region" aria-label={title}>
        <BarsTable {...bars} />
      </div>
    );
  }
  return (
    <>
      {series.length > 1 && (
        <ul className="bars-legend" aria-hidden>
          {series.map(({ name }, place) => (
            <li key={place} data-place={place}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <div className="bars-place">
        <Later waiting={<Skeleton height="100%" />}>
          <BarsChart {...bars} />
        </Later>
      </div>
      <VisuallyHidden>
        <BarsTable {...bars} />
      </VisuallyHidden>
    </>
  );
}

function BarsTable({ title, column, labels, series, unit }: BarsProps) {
  const { t, i18n } = useTranslation();
  return (
    <table className="plain-table">
      <caption className="visually-hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{column}</th>
          {series.map(({ name }, place) => (
            <th key={place} scope="col">
              {series.length > 1 ? name : t(`backtest.unit.${unit}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {labels.map((label, index) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            {series.map(({ values }, place) => (
              <td key={place}>{number(values[index] ?? 0, i18n.language)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
