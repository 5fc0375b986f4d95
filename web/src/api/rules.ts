// What the rules pages ask for, and under which key it is kept.
import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import { api } from "./public";

const MOST_BUILDINGS = 500;

export const rulesQuery = queryOptions({
  queryKey: ["rules"],
  queryFn: () => answer(api.GET("/rules/v1")),
});

export const ruleQuery = (ruleId: string) =>
  queryOptions({
    queryKey: ["rules", "one", ruleId],
    staleTime: 0,
    queryFn: () => answer(api.GET("/rules/{ruleId}/v1", { params: { path: { ruleId } } })),
  });

/** All versions; `newest` is the number of the newest one, so that a save is seen at once. */
export const versionsQuery = (ruleId: string, newest: number | null | undefined) =>
  queryOptions({
    queryKey: ["rules", "versions", ruleId, newest],
    staleTime: 0,
    queryFn: () => answer(api.GET("/rules/{ruleId}/versions/v1", { params: { path: { ruleId } } })),
  });

export const predefinedQuery = queryOptions({
  queryKey: ["rules", "predefined"],
  queryFn: () => answer(client.GET("/console/api/predefined-rules")),
});

/** The first buildings, to choose one from; another one's id may be typed. */
export const buildingsQuery = queryOptions({
  queryKey: ["buildings"],
  queryFn: () => answer(api.GET("/buildings/v1", { params: { query: { limit: MOST_BUILDINGS } } })),
});

/** The first `limit` buildings with the text in their id. */
export const foundBuildingsQuery = (search: string, limit: number) =>
  queryOptions({
    queryKey: ["buildings", "found", search, limit],
    queryFn: () => answer(api.GET("/buildings/v1", { params: { query: { search, limit } } })),
  });

export const catalogueQuery = queryOptions({
  queryKey: ["catalogue"],
  staleTime: Infinity,
  queryFn: () => answer(client.GET("/console/api/catalogue")),
});

export const ticksQuery = (cron: string, timeZoneId: string | undefined) =>
  queryOptions({
    queryKey: ["ticks", cron, timeZoneId],
    queryFn: () =>
      answer(client.GET("/console/api/ticks", { params: { query: { cron, time_zone_id: timeZoneId ?? null } } })),
  });
