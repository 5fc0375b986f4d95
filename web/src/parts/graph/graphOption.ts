// The graph as a chart's option: a line for each series, an axis for each unit, zoom and legend.
import type { LineSeriesOption } from "echarts/charts";
import type {
  DataZoomComponentOption,
  GridComponentOption,
  LegendComponentOption,
  TooltipComponentOption,
} from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { COLOURS, escaped } from "../chartLook";
import { clockTime, dayAt, number, weekdayTime } from "../formats";
import type { Look } from "../useChart";
import type { Drawn } from "./drawn";
import { pointsOf } from "./finer";

type GraphOption = ComposeOption<
  DataZoomComponentOption | GridComponentOption | LegendComponentOption | LineSeriesOption | TooltipComponentOption
>;

const NARROW_PX = 560;
const AXIS_PX = 52;
const MANY_POINTS = 400;

export function graphOption(
  { lines, timeZoneId, fromMs, toMs }: Drawn,
  { token, text, tooltip, lineStyle, widthPx }: Look,
  language: string,
): GraphOption {
  const isNarrow = widthPx < NARROW_PX;
  // Without any series there is an axis still: the chart refuses a grid of one axis.
  const units = [...new Set(lines.map((each) => each.unit)), ...(lines.length === 0 ? [""] : [])];
  const hours = (toMs - fromMs) / 3_600_000;
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
        const told = items.map((item) => {
          const unit = lines[item.seriesIndex ?? 0]?.unit ?? "";
          const [, value] = item.value as [number, number];
          return `${String(item.marker)}${escaped(item.seriesName ?? "")} <b>${number(value, language)} ${escaped(unit)}</b>`;
        });
        return [at === undefined ? "" : weekdayTime(at, language, timeZoneId), ...told].join("<br>");
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
          const day = dayAt(at, language, timeZoneId);
          return hours > 30 && clock === "00:00" ? day : hours > 72 ? `${day}\n${clock}` : clock;
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
    series: lines.map((line) => ({
      type: "line",
      name: line.name,
      yAxisIndex: units.indexOf(line.unit),
      showSymbol: line.timestamps.length <= 60,
      symbolSize: 5,
      // A thin line of many points is drawn several times as fast, and more of them can be told apart.
      lineStyle: { width: line.timestamps.length > MANY_POINTS ? 1 : 1.75 },
      data: pointsOf(line, undefined),
    })),
  };
}
