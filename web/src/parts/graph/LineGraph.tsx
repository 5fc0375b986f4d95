// A graph of lines: loaded late, with the chart library. Tells what it shows, and where it was clicked.
import { LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendScrollComponent, TooltipComponent } from "echarts/components";
import { type ECharts, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useEffectEvent } from "react";
import { useTranslation } from "react-i18next";
import { useChart } from "../useChart";
import type { Area, Drawn } from "./drawn";
import { type Finer, pointsOf } from "./finer";
import { graphOption } from "./graphOption";

use([LineChart, GridComponent, TooltipComponent, LegendScrollComponent, DataZoomComponent, CanvasRenderer]);

interface Props {
  drawn: Drawn;
  finer: Finer | undefined;
  onArea: (area: Area) => void;
  /** Where it was clicked; without it a click does nothing. */
  onAsk?: (atMs: number) => void;
}

export default function LineGraph({ drawn, finer, onArea, onAsk }: Props) {
  const { t, i18n } = useTranslation();
  const tell = useEffectEvent((made: ECharts) => tellArea(made, onArea));
  const ask = useEffectEvent((atMs: number) => onAsk?.(atMs));
  const { place, chart } = useChart((look) => graphOption(drawn, look, i18n.language), drawn, {
    onDrawn: (made) => tellArea(made, onArea),
    onInit: (made) => {
      // At most once a frame, however often a wheel turns.
      let waiting = 0;
      made.on("datazoom", () => {
        waiting ||= requestAnimationFrame(() => {
          waiting = 0;
          tell(made);
        });
      });
      made.getZr().on("click", ({ offsetX, offsetY }) => {
        if (made.containPixel("grid", [offsetX, offsetY])) ask(made.convertFromPixel({ xAxisIndex: 0 }, offsetX));
      });
      return () => cancelAnimationFrame(waiting);
    },
  });

  // Where one looks closer the lines get their points; what is shown stays where it is.
  useEffect(() => {
    if (!finer) return;
    chart.current?.setOption({ series: drawn.lines.map((each) => ({ data: pointsOf(each, finer) })) });
  }, [drawn, finer, chart]);

  const names = drawn.lines.map(({ name }) => name).join(", ");
  return <div ref={place} className="chart" role="img" aria-label={t("rule.graphOf", { names })} />;
}

function tellArea(chart: ECharts, onArea: Props["onArea"]): void {
  const zoom = (chart.getOption()?.dataZoom as { startValue: number; endValue: number }[] | undefined)?.[0];
  if (!zoom) return;
  const leftPx = chart.convertToPixel({ xAxisIndex: 0 }, zoom.startValue);
  const rightPx = chart.convertToPixel({ xAxisIndex: 0 }, zoom.endValue);
  if (rightPx > leftPx) onArea({ fromMs: zoom.startValue, toMs: zoom.endValue, leftPx, widthPx: rightPx - leftPx });
}
