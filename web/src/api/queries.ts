// What the pages ask for, and under which key it is kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client, Refused, rememberCsrfToken, type Session, type Status } from "./client";

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

/** Notifications of a status (without one: all but the dropped) and a building, newest first, page by page. */
export const notificationsQuery = (status: Status | undefined, building: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["notifications", status ?? "GENERATED", building ?? "ALL"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answer(client.GET("/console/api/notifications", { params: { query: { status, building, after: pageParam } } })),
    getNextPageParam: (page) => page.nextAfter ?? undefined,
  });

export const notificationQuery = (id: string) =>
  queryOptions({
    queryKey: ["notifications", "one", id],
    queryFn: () =>
      answer(client.GET("/console/api/notifications/{notification_id}", { params: { path: { notification_id: id } } })),
  });
