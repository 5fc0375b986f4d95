// Bars over hours or days, one above the other by status: loaded late, with the chart library. A column leads to its list.
import { BarChart, type BarSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffectEvent } from "react";
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";
import { barAxes, barPointer, type Look, useChart } from "../../parts/useChart";
import type { Bars } from "./Activity";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

interface Props {
  bars: Bars;
  summary: string;
  onPick: ((index: number) => void) | undefined;
}

export default function ActivityChart({ bars, summary, onPick }: Props) {
  const { i18n } = useTranslation();
  const { labels, ticks, series, runningColour } = bars;
  const axesOf = (look: Look) => {
    const axes = barAxes(labels, look, (value) => number(value, i18n.language));
    if (!ticks) return axes;
    const axisLabel = {
      ...axes.xAxis.axisLabel,
      interval: (index: number) => ticks[index] !== "",
      formatter: (_: string, index: number) => ticks[index] ?? "",
    };
    return { ...axes, xAxis: { ...axes.xAxis, axisLabel } };
  };
  const optionOf = (look: Look): Option => ({
    ...axesOf(look),
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
          const { name = "", values = [] } = series[at] ?? {};
          return `${String(item.marker)}${name}: ${number(values[index] ?? 0, i18n.language)}`;
        });
        return [labels[index], ...lines].join("<br>");
      },
    },
    series: series.map(({ name, colour, values }) => ({
      type: "bar",
      name,
      stack: "all",
      barCategoryGap: "28%",
      barMaxWidth: 40,
      itemStyle: { color: look.token(colour) },
      data: values.map((value, index) =>
        runningColour && index === values.length - 1
          ? { value, itemStyle: { color: look.token(runningColour) } }
          : value,
      ),
    })),
  });
  const picked = useEffectEvent((index: number) => onPick?.(index));
  const { place } = useChart(optionOf, JSON.stringify(bars), {
    onInit: (chart) => {
      const canvas = chart.getZr();
      canvas.on("click", ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
        if (!chart.containPixel("grid", [offsetX, offsetY])) return;
        picked(Number(chart.convertFromPixel({ xAxisIndex: 0 }, offsetX)));
      });
      return () => canvas.off("click");
    },
  });
  return (
    <div ref={place} className="chart" role="img" aria-label={summary} data-leads={Boolean(onPick) || undefined} />
  );
}
