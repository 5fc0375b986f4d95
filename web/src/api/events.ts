// What the pages of events ask for, and under which key it is kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { DrawnLine, Span } from "../parts/graph/drawn";
import { answer, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Event = Schemas["EventView"];
export type ArrivedEvent = Schemas["ArrivedView"];
export type Mapping = Schemas["MappingView"];
export type Looked = Schemas["LookedView"];
export type Refusal = Schemas["RefusalView"];

/** What one looks for; from <= time < to. */
export interface SoughtEvents {
  building?: string | undefined;
  device?: string | undefined;
  type?: string[] | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/** The types that all homes have sent, or one of them, and that one's devices. */
export const kindsQuery = (building: string | undefined) =>
  queryOptions({
    queryKey: ["events", "kinds", building],
    retry: false,
    queryFn: () => answer(client.GET("/console/api/events/kinds", { params: { query: { building } } })),
  });

/** Newest first, page by page. */
export const eventsQuery = (sought: SoughtEvents) =>
  infiniteQueryOptions({
    queryKey: ["events", "list", sought],
    retry: false,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answer(client.GET("/console/api/events", { params: { query: { ...sought, before: pageParam } } })),
    getNextPageParam: (page) => page.nextBefore ?? undefined,
  });

export const eventLinesQuery = (sought: SoughtEvents) =>
  queryOptions({
    queryKey: ["events", "lines", sought],
    retry: false,
    queryFn: () => eventLines(sought),
  });

/** A building's series as lines. */
export async function eventLines(sought: SoughtEvents, span?: Span): Promise<DrawnLine[]> {
  const { series } = await answer(
    client.GET("/console/api/events/graph", { params: { query: { ...sought, ...span } } }),
  );
  return series.map(({ deviceId, type, source, unit, points, timestamps, values }) => ({
    key: [deviceId, type, source].join("\n"),
    name: `${type} · ${deviceId}`,
    caption: `${type} · ${deviceId} (${[source, unit].filter(Boolean).join(", ")})`,
    unit,
    points,
    timestamps,
    values,
  }));
}
