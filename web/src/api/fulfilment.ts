// What the page of fulfilment asks for: the endpoint, further channels, how deliveries go, recent attempts.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Fulfilment = Schemas["FulfilmentView"];
export type Endpoint = Schemas["EndpointView"];
export type EndpointChange = Schemas["EndpointChange"];
export type Authentication = EndpointChange["authentication"];
export type Kind = Authentication["kind"];
export type Channel = Schemas["ChannelView"];
export type ChannelChange = Schemas["ChannelChange"];
export type Way = ChannelChange["way"];
export type ChannelKind = Way["kind"];
export type Attempt = Schemas["RecordedAttemptView"];
export type TestResult = Schemas["AttemptView"];

export const KINDS = ["none", "basic", "apiToken", "bearer", "oauth"] as const satisfies readonly Kind[];

export const CHANNEL_KINDS = ["email", "fcm", "mqtt"] as const satisfies readonly ChannelKind[];

// Deliveries go on while the page is open.
const LOOK_AGAIN_MS = 15_000;

export const fulfilmentQuery = queryOptions({
  queryKey: ["fulfilment"],
  refetchInterval: LOOK_AGAIN_MS,
  queryFn: () => answer(client.GET("/console/api/fulfilment")),
});

/** Attempts, newest first, page by page. */
export const attemptsQuery = (failedOnly: boolean) =>
  infiniteQueryOptions({
    queryKey: ["fulfilment", "attempts", failedOnly],
    staleTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      answer(client.GET("/console/api/fulfilment/attempts", { params: { query: { failedOnly, before: pageParam } } })),
    getNextPageParam: (page) => page.nextBefore ?? undefined,
  });
