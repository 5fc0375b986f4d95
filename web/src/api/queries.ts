// What the pages ask for, and under which key it is kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client, type Interaction, Refused, rememberCsrfToken, type Session, type Status } from "./client";

/** Who is signed in; null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: Infinity,
  queryFn: async (): Promise<Session | null> => {
    try {
      const session = await answer(client.GET("/console/api/session"));
      rememberCsrfToken(session.csrfToken);
      return session;
    } catch (error) {
      if (error instanceof Refused && error.code === "unauthorized") return null;
      throw error;
    }
  },
});

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: () => answer(client.GET("/console/api/overview")),
});

/** What one looks for among the notifications; without a status all but the dropped, made in [fromMs, toMs). */
export interface Sought {
  status?: Status | undefined;
  building?: string | undefined;
  rule?: string | undefined;
  interaction?: Interaction | "NONE" | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/** Newest first, page by page. */
export const notificationsQuery = (sought: Sought) =>
  infiniteQueryOptions({
    queryKey: ["notifications", "list", sought],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answer(client.GET("/console/api/notifications", { params: { query: { ...sought, after: pageParam } } })),
    getNextPageParam: (page) => page.nextAfter ?? undefined,
  });

/** What each rule made in [fromMs, toMs). */
export const byRuleQuery = (fromMs: number, toMs: number) =>
  queryOptions({
    queryKey: ["notifications", "by rule", fromMs, toMs],
    queryFn: () => answer(client.GET("/console/api/notifications/by-rule", { params: { query: { fromMs, toMs } } })),
  });

export const notificationQuery = (id: string) =>
  queryOptions({
    queryKey: ["notifications", "one", id],
    queryFn: () =>
      answer(client.GET("/console/api/notifications/{notification_id}", { params: { path: { notification_id: id } } })),
  });

/** Looked at each minute, as the hour goes on. */
export const activityQuery = queryOptions({
  queryKey: ["activity"],
  refetchInterval: 60_000,
  queryFn: () => answer(client.GET("/console/api/activity")),
});

/** Looked at each minute: it does not change with every event. Whoever comes back may have changed what it tells of. */
export const standingQuery = queryOptions({
  queryKey: ["standing"],
  staleTime: 0,
  refetchInterval: 60_000,
  queryFn: () => answer(client.GET("/console/api/standing")),
});
