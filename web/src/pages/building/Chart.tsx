// The charts of a building's page: loaded late, with the chart library. What is drawn says who asks for it.
import { BarChart, GaugeChart, HeatmapChart, LineChart, PieChart, RadarChart } from "echarts/charts";
import {
  GridComponent,
  LegendScrollComponent,
  RadarComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useChart } from "../../parts/useChart";
import type { OptionOf } from "./Drawn";

use([
  BarChart,
  GaugeChart,
  HeatmapChart,
  LineChart,
  PieChart,
  RadarChart,
  GridComponent,
  LegendScrollComponent,
  RadarComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

export default function Chart({ summary, optionOf, drawn }: { summary: string; optionOf: OptionOf; drawn: unknown }) {
  const { place } = useChart(optionOf, drawn);
  return <div ref={place} className="drawn-chart" role="img" aria-label={summary} />;
}
