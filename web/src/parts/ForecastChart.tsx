// The hours to come with their bounds: loaded late, with the chart library. Colours are read from the tokens.
import { LineChart, type LineSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useTranslation } from "react-i18next";
import type { BuildingForecast } from "../api/context";
import { COLOUR_OF } from "./chartLook";
import { number, weekdayTime } from "./formats";
import { barAxes, type Look, useChart } from "./useChart";

use([LineChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption>;
interface Props extends Pick<BuildingForecast, "kind" | "hours"> {
  timeZoneId: string;
}

const kwh = (wh: number) => Math.round(wh / 10) / 100;

export default function ForecastChart({ kind, hours, timeZoneId }: Props) {
  const { t, i18n } = useTranslation();
  const shown = (value: number) => number(value, i18n.language);
  const optionOf = (look: Look): Option => {
    const times = hours.map((hour) => weekdayTime(hour.startTimestamp * 1000, i18n.language, timeZoneId));
    const axes = barAxes(times, look, shown);
    const colour = look.token(COLOUR_OF[`ENERGY_${kind}`]);
    const line = { type: "line" as const, step: "middle" as const, showSymbol: false, silent: true };
    return {
      ...axes,
      animation: false,
      yAxis: { ...axes.yAxis, minInterval: 0, name: "kWh", nameTextStyle: look.text },
      grid: { ...axes.grid, top: 26, right: 44 }, // room for half of the last label
      tooltip: {
        ...look.tooltip,
        trigger: "axis",
        confine: true,
        formatter: (given) => {
          const hour = hours[(Array.isArray(given) ? given[0] : given)?.dataIndex ?? 0];
          if (!hour) return "";
          const [low, middle, high] = [hour.p10Wh, hour.p50Wh, hour.p90Wh].map((each) => shown(kwh(each)));
          const at = weekdayTime(hour.startTimestamp * 1000, i18n.language, timeZoneId);
          return `${at}<br>${t("context.expected", { middle, low, high })}`;
        },
      },
      series: [
        { ...line, stack: "bounds", data: hours.map((hour) => kwh(hour.p10Wh)), lineStyle: { opacity: 0 } },
        {
          ...line,
          stack: "bounds",
          data: hours.map((hour) => kwh(hour.p90Wh) - kwh(hour.p10Wh)),
          lineStyle: { opacity: 0 },
          areaStyle: { color: colour, opacity: 0.2 },
        },
        { ...line, data: hours.map((hour) => kwh(hour.p50Wh)), lineStyle: { color: colour, width: 2 } },
      ],
    };
  };
  const { place } = useChart(optionOf, hours);
  const total = hours.slice(0, 24).reduce((sum, hour) => sum + hour.p50Wh, 0);
  const summary = t("context.chartOf", { kind: t(`context.kind.${kind}`), total: shown(Math.round(total / 100) / 10) });
  return <div ref={place} className="chart" role="img" aria-label={summary} />;
}
