// The cells on a map of countries: loaded late, with the chart library. The shapes of the countries are Natural Earth's.
import { ScatterChart, type ScatterSeriesOption } from "echarts/charts";
import {
  GeoComponent,
  type GeoComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import countriesUrl from "world-atlas/countries-50m.json?url";
import type { Cell } from "../../api/context";
import { type Look, useChart } from "../../parts/useChart";
import { frameOf, isNear } from "./frame";
import { CONDITIONS, placeName } from "./Weather";

use([ScatterChart, GeoComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<ScatterSeriesOption | GeoComponentOption | TooltipComponentOption>;

const COLOURS: Record<Cell["condition"], string> = {
  FRESH: "--delivered",
  STALE: "--series-2",
  OVER: "--high",
  NONE: "--mantine-color-dimmed",
};
const LEAST_PX = 8;
const MOST_PX = 20;

export default function CellsMap({ cells }: { cells: Cell[] }) {
  const { t, i18n } = useTranslation();
  const { data: countries } = useQuery({
    queryKey: ["countries"],
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: async () => {
      const atlas = (await (await fetch(countriesUrl)).json()) as Topology<{ countries: GeometryCollection }>;
      return feature(atlas, atlas.objects.countries);
    },
  });
  const most = Math.max(...cells.map((cell) => cell.buildings));
  const optionOf = (look: Look): Option => {
    if (!countries) return {};
    const frame = frameOf(cells);
    const near = countries.features.filter(
      ({ geometry }) => "coordinates" in geometry && isNear(geometry.coordinates, frame),
    );
    registerMap("countries", { ...countries, features: near } as Parameters<typeof registerMap>[1]);
    return {
      animation: false,
      tooltip: {
        ...look.tooltip,
        formatter: (given) => {
          const cell = (Array.isArray(given) ? given[0] : given)?.data as unknown as { cell?: Cell } | undefined;
          if (!cell?.cell) return "";
          const { buildings, condition } = cell.cell;
          return [
            placeName(cell.cell, i18n.language),
            t("context.buildingsOf", { count: buildings }),
            t(`context.condition.${condition}`),
          ].join("<br>");
        },
      },
      geo: {
        map: "countries",
        roam: true,
        boundingCoords: [
          [frame.west, frame.north],
          [frame.east, frame.south],
        ],
        scaleLimit: { min: 0.5, max: 40 },
        silent: true,
        itemStyle: {
          areaColor: look.token("--surface"),
          borderColor: look.token("--mantine-color-dimmed"),
          borderWidth: 0.4,
        },
      },
      series: CONDITIONS.map((condition) => ({
        type: "scatter",
        coordinateSystem: "geo",
        itemStyle: {
          color: look.token(COLOURS[condition]),
          opacity: 0.85,
          borderColor: look.token("--surface"),
          borderWidth: 1,
        },
        data: cells
          .filter((cell) => cell.condition === condition)
          .map((cell) => ({
            value: [cell.longitude, cell.latitude],
            symbolSize: LEAST_PX + (MOST_PX - LEAST_PX) * Math.sqrt(cell.buildings / most),
            cell,
          })),
      })),
    };
  };
  const { place } = useChart(optionOf, JSON.stringify([cells, countries !== undefined]));
  const label = t("context.mapOf", { count: cells.length });
  return <div ref={place} className="chart" role="img" aria-label={label} />;
}
