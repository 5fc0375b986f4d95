// What the charts of a building have in common: axes, legend, tooltips.
import type { Look } from "../../parts/useChart";

export const grid = { left: 4, right: 12, top: 56, bottom: 4, containLabel: true };

export const legend = ({ text }: Look) => ({
  type: "scroll",
  top: 0,
  left: 0,
  icon: "roundRect",
  itemHeight: 8,
  itemWidth: 14,
  textStyle: text,
  pageTextStyle: text,
});

export const categories = (labels: string[], { text, lineStyle }: Look) => ({
  type: "category",
  data: labels,
  axisTick: { show: false },
  axisLine: { lineStyle },
  axisLabel: { ...text, hideOverlap: true },
});

export const values = ({ text, lineStyle }: Look, numberOf: (value: number) => string, name = "") => ({
  type: "value",
  name,
  nameTextStyle: { ...text, align: "left" },
  splitNumber: 4,
  axisLabel: { ...text, formatter: numberOf },
  splitLine: { lineStyle },
});

export const tooltip = (look: Look, textOf: (value: unknown) => string) => ({
  ...look.tooltip,
  trigger: "axis",
  confine: true,
  axisPointer: { type: "line", lineStyle: { color: look.text.color, opacity: 0.4 } },
  valueFormatter: textOf,
});
