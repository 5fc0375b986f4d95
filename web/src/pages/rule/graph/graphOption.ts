// The graph as a chart's option: a line for each series, an axis for each unit, zoom and legend.
import type { LineSeriesOption } from "echarts/charts";
import type {
  DataZoomComponentOption,
  GridComponentOption,
  LegendComponentOption,
  TooltipComponentOption,
} from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { clockTime, number, weekdayTime } from "../../../parts/formats";
import type { Look } from "../../../parts/useChart";
import type { Tried } from "../useSimulation";
import { pointsOf } from "./finer";
import { seriesName } from "./seriesName";

type GraphOption = ComposeOption<
  DataZoomComponentOption | GridComponentOption | LegendComponentOption | LineSeriesOption | TooltipComponentOption
>;

const NARROW_PX = 560;
const AXIS_PX = 52;
const MANY_POINTS = 400;
const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6"];

export function graphOption(
  { simulation, timeZoneId, fromMs, toMs }: Tried,
  { token, text, tooltip, lineStyle, widthPx }: Look,
  language: string,
): GraphOption {
  const isNarrow = widthPx < NARROW_PX;
  // Without any series there is an axis still: the chart refuses a grid of one axis.
  const units = [
    ...new Set(simulation.series.map((each) => each.unit ?? "")),
    ...(simulation.series.length === 0 ? [""] : []),
  ];
  const hours = (toMs - fromMs) / 3_600_000;
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: timeZoneId });
  return {
    animation: false,
    color: COLOURS.map(token),
    grid: { left: AXIS_PX, right: Math.max(12, AXIS_PX * (units.length - 1)), top: isNarrow ? 62 : 52, bottom: 80 },
    legend: { type: "scroll", top: 0, left: 0, textStyle: text, pageTextStyle: text, icon: "roundRect", itemHeight: 4 },
    tooltip: {
      ...tooltip,
      trigger: "axis",
      confine: true,
      formatter: (given) => {
        const items = Array.isArray(given) ? given : [given];
        const at = (items[0]?.value as [number, number] | undefined)?.[0];
        // Names come from the author's rule and the customer's devices: shown as text, never as markup.
        const lines = items.map((item) => {
          const unit = simulation.series[item.seriesIndex ?? 0]?.unit ?? "";
          const [, value] = item.value as [number, number];
          return `${String(item.marker)}${escaped(item.seriesName ?? "")} <b>${number(value, language)} ${escaped(unit)}</b>`;
        });
        return [at === undefined ? "" : weekdayTime(at, language, timeZoneId), ...lines].join("<br>");
      },
    },
    xAxis: {
      type: "time",
      min: fromMs,
      max: toMs,
      axisLine: { lineStyle },
      axisTick: { show: false },
      splitNumber: isNarrow ? 3 : 8,
      axisLabel: {
        ...text,
        lineHeight: 15, // of two lines; measured from the font's name they would lie on each other
        hideOverlap: true,
        formatter: (at: number) => {
          const clock = clockTime(at, language, timeZoneId);
          return hours > 30 && clock === "00:00" ? day.format(at) : hours > 72 ? `${day.format(at)}\n${clock}` : clock;
        },
      },
    },
    yAxis: units.map((unit, index) => ({
      type: "value",
      name: unit,
      scale: true,
      position: index === 0 ? "left" : "right",
      offset: index > 1 ? (index - 1) * AXIS_PX : 0,
      nameTextStyle: text,
      axisLabel: { ...text, formatter: (value: number) => number(value, language) },
      splitLine: { show: index === 0, lineStyle },
    })),
    dataZoom: [
      { type: "inside", filterMode: "none" },
      {
        type: "slider",
        filterMode: "none",
        height: 22,
        bottom: 10,
        borderColor: token("--line"),
        fillerColor: token("--accent-soft"),
        handleStyle: { color: token("--accent"), borderColor: token("--accent") },
        moveHandleStyle: { color: token("--line") },
        dataBackground: { lineStyle: { color: token("--line") }, areaStyle: { color: token("--surface-sunken") } },
        selectedDataBackground: {
          lineStyle: { color: token("--accent") },
          areaStyle: { color: token("--accent-soft") },
        },
        showDetail: false,
      },
    ],
    series: simulation.series.map((series) => ({
      type: "line",
      name: seriesName(series),
      yAxisIndex: units.indexOf(series.unit ?? ""),
      showSymbol: series.timestamps.length <= 60,
      symbolSize: 5,
      // A thin line of many points is drawn several times as fast, and more of them can be told apart.
      lineStyle: { width: series.timestamps.length > MANY_POINTS ? 1 : 1.75 },
      data: pointsOf(series, undefined),
    })),
  };
}

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
