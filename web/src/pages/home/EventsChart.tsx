// The chart itself: loaded late, because it is larger than all the rest. Colours are read from the tokens.
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
import type { Overview } from "../../api/client";
import { clockTime, number } from "../../parts/formats";
import { useSession } from "../../parts/session";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

export default function EventsChart({ minutes }: { minutes: Overview["minutes"] }) {
  const { t, i18n } = useTranslation();
  const { timeZoneId } = useSession();
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

  useEffect(() => {
    const styles = getComputedStyle(document.documentElement);
    const token = (name: string) => styles.getPropertyValue(name).trim();
    const text = { color: token("--mantine-color-dimmed"), fontFamily: token("--mantine-font-family"), fontSize: 12 };
    const times = minutes.map((minute) => clockTime(minute.startsAtMs, i18n.language, timeZoneId));
    const option: Option = {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      animationDurationUpdate: 250,
      grid: { left: 2, right: 2, top: 14, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: token("--mantine-color-dimmed"), opacity: 0.1 } },
        backgroundColor: token("--surface"),
        borderColor: token("--line"),
        textStyle: { ...text, color: token("--mantine-color-text"), fontSize: 13 },
        formatter: (items) => {
          const index = (Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0;
          const events = minutes[index]?.events ?? 0;
          return `${times[index]} · ${t("chart.eventsOf", { count: events })}`;
        },
      },
      xAxis: {
        type: "category",
        data: times,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: token("--line") } },
        axisLabel: {
          ...text,
          hideOverlap: true,
          interval: (index) => (minutes[index]?.startsAtMs ?? 1) % 600_000 === 0,
        },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: 3,
        axisLabel: { ...text, formatter: (value: number) => number(value, i18n.language) },
        splitLine: { lineStyle: { color: token("--line") } },
      },
      series: [
        {
          type: "bar",
          barCategoryGap: "28%",
          itemStyle: { borderRadius: [3, 3, 0, 0], color: token("--bar") },
          data: minutes.map((minute, index) =>
            // The running minute is not whole yet, and looks it.
            index === minutes.length - 1
              ? { value: minute.events, itemStyle: { color: token("--bar-running") } }
              : minute.events,
          ),
        },
      ],
    };
    chart.current?.setOption(option);
  }, [minutes, scheme, t, i18n.language, timeZoneId]);

  const counts = minutes.map((minute) => minute.events);
  const summary = t("chart.summary", {
    total: number(
      counts.reduce((sum, count) => sum + count, 0),
      i18n.language,
    ),
    most: number(Math.max(...counts), i18n.language),
  });
  return <div ref={place} className="chart" role="img" aria-label={summary} />;
}
