// What every chart has in common: its life in the page, its size, and the colours and letters of the page, light or dark.
import { useComputedColorScheme } from "@mantine/core";
import { type ECharts, init } from "echarts/core";
import { type RefObject, useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

/** How a chart looks like the page around it. */
export interface Look {
  /** The value of a token of the styles. */
  token: (name: string) => string;
  text: { color: string; fontFamily: string; fontSize: number };
  tooltip: { backgroundColor: string; borderColor: string; textStyle: Look["text"] };
  /** Of an axis, or across the chart. */
  lineStyle: { color: string };
  widthPx: number;
}

interface Chart {
  /** For the element that the chart is drawn in. */
  place: RefObject<HTMLDivElement | null>;
  chart: RefObject<ECharts | undefined>;
}

interface Options {
  /** Undone with the chart. */
  onInit?: (chart: ECharts) => () => void;
  /** Whenever it was drawn, or has another size. */
  onDrawn?: (chart: ECharts) => void;
  /** Whether nothing is left of what was drawn before; else it moves to what is new. */
  isAnew?: boolean;
}

/** Draws what `optionOf` says, and again whenever `drawn` is another, or the page's colours or language are. */
export function useChart(
  optionOf: (look: Look) => Parameters<ECharts["setOption"]>[0],
  drawn: unknown,
  { onInit, onDrawn, isAnew = true }: Options = {},
): Chart {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const began = useEffectEvent((made: ECharts) => onInit?.(made));
  const resized = useEffectEvent((made: ECharts) => {
    made.resize();
    onDrawn?.(made);
  });
  const draw = useEffectEvent(() => {
    if (!chart.current || !place.current) return;
    chart.current.setOption(optionOf(lookOf(place.current)), isAnew);
    onDrawn?.(chart.current);
  });

  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current);
    chart.current = made;
    const observer = new ResizeObserver(() => resized(made));
    observer.observe(place.current);
    const end = began(made);
    return () => {
      observer.disconnect();
      end?.();
      made.dispose();
    };
  }, []);
  useEffect(() => draw(), [drawn, scheme, i18n.language]);

  return { place, chart };
}

function lookOf(place: HTMLElement): Look {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string) => styles.getPropertyValue(name).trim();
  const text = { color: token("--mantine-color-dimmed"), fontFamily: token("--mantine-font-family"), fontSize: 12 };
  return {
    token,
    text,
    tooltip: {
      backgroundColor: token("--surface"),
      borderColor: token("--line"),
      textStyle: { ...text, color: token("--mantine-color-text"), fontSize: 13 },
    },
    lineStyle: { color: token("--line") },
    widthPx: place.clientWidth,
  };
}

/** Bars over categories, as many as there are labels; counts, so there are no halves on their axis. */
export const barAxes = (labels: string[], { text, lineStyle }: Look, numberOf: (value: number) => string) => ({
  grid: {
    left: 2,
    right: 2,
    top: 14,
    bottom: 2,
    outerBoundsMode: "same" as const,
    outerBoundsContain: "axisLabel" as const,
  },
  xAxis: {
    type: "category" as const,
    data: labels,
    axisTick: { show: false },
    axisLine: { lineStyle },
    axisLabel: { ...text, hideOverlap: true },
  },
  yAxis: {
    type: "value" as const,
    minInterval: 1,
    splitNumber: 3,
    axisLabel: { ...text, formatter: numberOf },
    splitLine: { lineStyle },
  },
});

/** The shadow behind the bars of a category under the pointer. */
export const barPointer = ({ text }: Look) => ({
  type: "shadow" as const,
  shadowStyle: { color: text.color, opacity: 0.1 },
});
