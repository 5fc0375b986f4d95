// The graph itself: loaded late, with the chart library. Tells what it shows, and where it was clicked.
import { useComputedColorScheme } from "@mantine/core";
import { LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendScrollComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Tried } from "../useSimulation";
import type { Area } from "./EnvelopeStrip";
import { type Finer, pointsOf } from "./finer";
import { graphOption } from "./graphOption";
import { seriesName } from "./seriesName";

use([LineChart, GridComponent, TooltipComponent, LegendScrollComponent, DataZoomComponent, CanvasRenderer]);

const NARROW_PX = 560;

interface Props {
  tried: Tried;
  finer: Finer | undefined;
  onArea: (area: Area) => void;
  onAsk: (atMs: number) => void;
}

export default function DataGraph({ tried, finer, onArea, onAsk }: Props) {
  const { t, i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const told = useRef({ onArea, onAsk });
  useEffect(() => {
    told.current = { onArea, onAsk };
  });

  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current);
    chart.current = made;
    const observer = new ResizeObserver(() => {
      made.resize();
      tellArea(made, told.current.onArea);
    });
    observer.observe(place.current);
    // At most once a frame, however often a wheel turns.
    let waiting = 0;
    made.on("datazoom", () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        tellArea(made, told.current.onArea);
      });
    });
    made.getZr().on("click", ({ offsetX, offsetY }) => {
      if (made.containPixel("grid", [offsetX, offsetY])) {
        told.current.onAsk(made.convertFromPixel({ xAxisIndex: 0 }, offsetX));
      }
    });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(waiting);
      made.dispose();
    };
  }, []);

  useEffect(() => {
    const styles = getComputedStyle(document.documentElement);
    const token = (name: string) => styles.getPropertyValue(name).trim();
    const isNarrow = (place.current?.clientWidth ?? 0) < NARROW_PX;
    chart.current?.setOption(graphOption(tried, { token, language: i18n.language, isNarrow }), true);
    if (chart.current) tellArea(chart.current, told.current.onArea);
  }, [tried, scheme, i18n.language]);

  // Where one looks closer the lines get their points; what is shown stays where it is.
  useEffect(() => {
    if (!finer) return;
    chart.current?.setOption({ series: tried.simulation.series.map((each) => ({ data: pointsOf(each, finer) })) });
  }, [tried, finer]);

  const names = tried.simulation.series.map(seriesName).join(", ");
  return <div ref={place} className="chart" role="img" aria-label={t("rule.graphOf", { names })} />;
}

function tellArea(chart: ECharts, onArea: Props["onArea"]): void {
  const zoom = (chart.getOption()?.dataZoom as { startValue: number; endValue: number }[] | undefined)?.[0];
  if (!zoom) return;
  const leftPx = chart.convertToPixel({ xAxisIndex: 0 }, zoom.startValue);
  const rightPx = chart.convertToPixel({ xAxisIndex: 0 }, zoom.endValue);
  if (rightPx > leftPx) onArea({ fromMs: zoom.startValue, toMs: zoom.endValue, leftPx, widthPx: rightPx - leftPx });
}
