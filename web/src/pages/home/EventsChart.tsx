// The chart itself: loaded late, because it is larger than all the rest. Colours are read from the tokens.
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
import type { Overview } from "../../api/client";
import { clockTime, number } from "../../parts/formats";
import { useSession } from "../../parts/session";
import { barAxes, barPointer, type Look, useChart } from "../../parts/useChart";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

export default function EventsChart({ minutes }: { minutes: Overview["minutes"] }) {
  const { t, i18n } = useTranslation();
  const { timeZoneId } = useSession();
  const optionOf = (look: Look): Option => {
    const times = minutes.map((minute) => clockTime(minute.startsAtMs, i18n.language, timeZoneId));
    const axes = barAxes(times, look, (value) => number(value, i18n.language));
    return {
      ...axes,
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      animationDurationUpdate: 250,
      tooltip: {
        ...look.tooltip,
        trigger: "axis",
        axisPointer: barPointer(look),
        formatter: (items) => {
          const index = (Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0;
          const events = minutes[index]?.events ?? 0;
          return `${times[index]} · ${t("chart.eventsOf", { count: events })}`;
        },
      },
      xAxis: {
        ...axes.xAxis,
        axisLabel: {
          ...axes.xAxis.axisLabel,
          interval: (index: number) => (minutes[index]?.startsAtMs ?? 1) % 600_000 === 0,
        },
      },
      series: [
        {
          type: "bar",
          barCategoryGap: "28%",
          itemStyle: { borderRadius: [3, 3, 0, 0], color: look.token("--bar") },
          data: minutes.map((minute, index) =>
            // The running minute is not whole yet, and looks it.
            index === minutes.length - 1
              ? { value: minute.events, itemStyle: { color: look.token("--bar-running") } }
              : minute.events,
          ),
        },
      ],
    };
  };
  const { place } = useChart(optionOf, minutes, { isAnew: false });

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
