// What the page of context services asks for, and under which key it is kept.
import { queryOptions } from "@tanstack/react-query";
import type { components } from "./schema";
import type { components as PublicComponents } from "./public-schema";
import { answer, client } from "./client";
import { api } from "./public";

export type ContextServices = components["schemas"]["ContextView"];
export type Cell = components["schemas"]["CellView"];
export type BuildingForecast = PublicComponents["schemas"]["BuildingForecast"];

export const contextQuery = queryOptions({
  queryKey: ["context-services"],
  refetchInterval: 60_000,
  queryFn: () => answer(client.GET("/console/api/context-services")),
});

/** A building's newest forecasts, consumption first, with their accuracy. */
export const forecastsQuery = (customerBuildingId: string) =>
  queryOptions({
    queryKey: ["buildings", "forecasts", customerBuildingId],
    queryFn: () =>
      answer(api.GET("/buildings/{customerBuildingId}/forecasts/v1", { params: { path: { customerBuildingId } } })),
  });
