// A chart with the same in a table, for whoever prefers it or cannot see the chart.
import { Skeleton } from "@mantine/core";
import type { EChartsCoreOption } from "echarts/core";
import { lazy, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Later } from "../../parts/Later";
import type { Look } from "../../parts/useChart";

const Chart = lazy(() => import("./Chart"));

export type OptionOf = (look: Look) => EChartsCoreOption;

interface TableProps {
  /** What the table is called. */
  title: string;
  columns: string[];
  /** Each row begins with its name. */
  rows: ReactNode[][];
}

interface Props extends TableProps {
  /** What the chart shows, in a sentence. */
  summary: string;
  optionOf: OptionOf;
  /** When this is another, it is drawn again. */
  drawn: unknown;
  height?: string;
}

export function Drawn({ title, summary, optionOf, drawn, height = "15rem", ...table }: Props) {
  return (
    <div className="drawn">
      <div className="drawn-place" style={{ height }}>
        <Later waiting={<Skeleton height="100%" />}>
          <Chart summary={summary} optionOf={optionOf} drawn={drawn} />
        </Later>
      </div>
      <AsTable title={title} {...table} />
    </div>
  );
}

/** What is drawn, in figures, for whoever opens it. */
export function AsTable({ title, columns, rows }: TableProps) {
  const { t } = useTranslation();
  return (
    <details className="drawn-table">
      <summary>
        {t("buildings.asTable")}
        <span className="visually-hidden">: {title}</span>
      </summary>
      <div className="drawn-scroll" tabIndex={0} role="region" aria-label={`${t("buildings.asTable")}: ${title}`}>
        <table>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells], index) => (
              <tr key={index}>
                <th scope="row">{name}</th>
                {cells.map((cell, place) => (
                  <td key={place}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
