// Keeps what is shown current: listens to the server and refreshes what changed.
import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { LiveUpdate, Overview } from "./client";
import { withUpdate } from "./minutes";
import { overviewQuery, sessionQuery } from "./queries";

export type Connection = "connecting" | "live" | "reconnecting";

const RETRY_MS = 3_000;

/** Listens while mounted; says how the connection fares. */
export function useLive(): Connection {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let lastChange: number | undefined;

    const listen = () => {
      source = new EventSource("/console/api/live");
      source.onmessage = (message: MessageEvent<string>) => {
        const update = JSON.parse(message.data) as LiveUpdate;
        setConnection("live");
        queries.setQueryData(
          overviewQuery.queryKey,
          (known: Overview | undefined) => known && withUpdate(known, update),
        );
        // Also after a reconnection, when nobody knows what was missed.
        if (lastChange === undefined || update.lastChange !== lastChange) {
          refresh(queries, ["notifications"]);
          refresh(queries, overviewQuery.queryKey);
        }
        lastChange = update.lastChange;
      };
      source.onerror = () => {
        setConnection("reconnecting");
        lastChange = undefined;
        // The browser tries again by itself unless the answer was a refusal; then the session may be over.
        if (source?.readyState === EventSource.CLOSED) {
          void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
          retry = setTimeout(listen, RETRY_MS);
        }
      };
    };
    listen();
    return () => {
      source?.close();
      clearTimeout(retry);
    };
  }, [queries]);

  return connection;
}

function refresh(queries: QueryClient, queryKey: QueryKey): void {
  void queries.invalidateQueries({ queryKey });
  // What is asked for the first time is not asked anew by that, though it may have been answered before the change.
  for (const query of queries.getQueryCache().findAll({ queryKey, fetchStatus: "fetching" })) {
    if (query.state.data !== undefined) continue;
    const again = () => void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    query.promise?.then(again, () => undefined);
  }
}
