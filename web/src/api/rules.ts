// What the rules pages ask for, and under which key it is kept.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, client, type PredefinedRule } from "./client";
import { api } from "./public";

export const MOST_BUILDINGS = 50;

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

/** A predefined rule in that language, where its words are translated. */
export const worded = (rule: PredefinedRule, language: string): PredefinedRule => ({
  ...rule,
  ...rule.wordings[language],
});

/** The first buildings that have these words in their id, city or postal code. */
export const buildingsQuery = (search: string, limit = MOST_BUILDINGS) =>
  queryOptions({
    queryKey: ["buildings", "search", search, limit],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answer(api.GET("/buildings/v1", { params: { query: { search, limit } }, signal })),
  });

/** Where a building stands, as far as that is known: "8001 Zürich". */
export const placeOf = ({ zip, city }: { zip?: string | null; city?: string | null }): string =>
  [zip, city].filter(Boolean).join(" ");

export const buildingQuery = (customerBuildingId: string) =>
  queryOptions({
    queryKey: ["buildings", "one", customerBuildingId],
    retry: false,
    staleTime: 60_000,
    queryFn: () => answer(api.GET("/buildings/{customerBuildingId}/v1", { params: { path: { customerBuildingId } } })),
  });

/** What a rule really sent in a building, or is about to, made in [fromMs, toMs). */
export const madeQuery = (ruleId: string, customerBuildingId: string, fromMs: number, toMs: number) =>
  queryOptions({
    queryKey: ["notifications", "made", ruleId, customerBuildingId, fromMs, toMs],
    queryFn: () =>
      answer(
        api.GET("/pushnotifications/buildings/{customerBuildingId}/v1", {
          params: { path: { customerBuildingId }, query: { ruleId, from: String(fromMs), to: String(toMs) } },
        }),
      ),
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
