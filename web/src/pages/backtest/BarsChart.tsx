// The bars themselves: loaded late, with the chart library. Colours are read from the tokens.
import { BarChart, type BarSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";
import { barAxes, barPointer, type Look, useChart } from "../../parts/useChart";
import type { BarsProps } from "./Bars";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

/** Of one rule; of two, in their order. */
const COLOURS = { alone: ["--bar"], two: ["--series-1", "--series-2"] };

export default function BarsChart({ title, labels, series, unit }: BarsProps) {
  const { t, i18n } = useTranslation();
  const colours = series.length > 1 ? COLOURS.two : COLOURS.alone;
  const optionOf = (look: Look): Option => ({
    ...barAxes(labels, look, (value) => number(value, i18n.language)),
    animation: false,
    tooltip: {
      ...look.tooltip,
      trigger: "axis",
      confine: true,
      axisPointer: barPointer(look),
      formatter: (given) => {
        const items = Array.isArray(given) ? given : [given];
        const index = items[0]?.dataIndex ?? 0;
        const lines = items.map((item, at) => {
          const count = t(`backtest.count.${unit}`, { count: series[at]?.values[index] ?? 0 });
          return series.length > 1 ? `${String(item.marker)}${series[at]?.name ?? ""}: ${count}` : count;
        });
        return [labels[index], ...lines].join("<br>");
      },
    },
    series: series.map(({ values }, at) => ({
      type: "bar",
      barCategoryGap: "28%",
      barGap: "10%",
      barMaxWidth: 48,
      itemStyle: { borderRadius: [3, 3, 0, 0], color: look.token(colours[at] ?? "--bar") },
      data: values,
    })),
  });
  const { place } = useChart(optionOf, JSON.stringify([labels, series, unit]));

  return <div ref={place} className="chart" role="img" aria-label={t("backtest.chartOf", { title })} />;
}
