// The bars themselves: loaded late, with the chart library. Colours are read from the tokens.
import { useComputedColorScheme } from "@mantine/core";
import { BarChart, type BarSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, type ECharts, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";
import type { BarsProps } from "./Bars";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

/** Of one rule; of two, in their order. */
const COLOURS = { alone: ["--bar"], two: ["--series-1", "--series-2"] };

export default function BarsChart({ title, labels, series, unit }: BarsProps) {
  const { t, i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);

  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current);
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  const drawn = JSON.stringify([labels, series]);
  useEffect(() => {
    const styles = getComputedStyle(document.documentElement);
    const token = (name: string) => styles.getPropertyValue(name).trim();
    const text = { color: token("--mantine-color-dimmed"), fontFamily: token("--mantine-font-family"), fontSize: 12 };
    const colours = series.length > 1 ? COLOURS.two : COLOURS.alone;
    const option: Option = {
      animation: false,
      grid: { left: 2, right: 2, top: 14, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        trigger: "axis",
        confine: true,
        axisPointer: { type: "shadow", shadowStyle: { color: token("--mantine-color-dimmed"), opacity: 0.1 } },
        backgroundColor: token("--surface"),
        borderColor: token("--line"),
        textStyle: { ...text, color: token("--mantine-color-text"), fontSize: 13 },
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
      xAxis: {
        type: "category",
        data: labels,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: token("--line") } },
        axisLabel: { ...text, hideOverlap: true },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: 3,
        axisLabel: { ...text, formatter: (value: number) => number(value, i18n.language) },
        splitLine: { lineStyle: { color: token("--line") } },
      },
      series: series.map(({ values }, at) => ({
        type: "bar",
        barCategoryGap: "28%",
        barGap: "10%",
        barMaxWidth: 48,
        itemStyle: { borderRadius: [3, 3, 0, 0], color: token(colours[at] ?? "--bar") },
        data: values,
      })),
    };
    chart.current?.setOption(option, true);
  }, [drawn, unit, scheme, t, i18n.language]);

  return <div ref={place} className="chart" role="img" aria-label={t("backtest.chartOf", { title })} />;
}
