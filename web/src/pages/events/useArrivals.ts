// Listens to events as they arrive, while mounted; the newest few are kept.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { refusalOf } from "../../api/client";
import type { ArrivedEvent, SoughtEvents } from "../../api/events";
import { sessionQuery } from "../../api/queries";

const MOST_KEPT = 100;
const RETRY_MS = 3_000;

interface Arrivals {
  /** Newest first; undefined until the first answer. */
  events: ArrivedEvent[] | undefined;
  /** The first number that came in after the first answer. */
  freshFrom: number;
  isListening: boolean;
  error: Error | null;
}

/** While paused what arrives after the first answer is kept aside, and shown when one goes on. */
export function useArrivals(sought: SoughtEvents, isPaused: boolean): Arrivals {
  const queries = useQueryClient();
  const [arrivals, setArrivals] = useState<Arrivals>({
    events: undefined,
    freshFrom: 0,
    isListening: false,
    error: null,
  });
  const shown = useRef(arrivals);
  if (!isPaused || shown.current.events === undefined) shown.current = arrivals;

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const asked = new URLSearchParams();
    if (sought.building) asked.set("building", sought.building);
    if (sought.device) asked.set("device", sought.device);
    for (const type of sought.type ?? []) asked.append("type", type);
    const url = `/console/api/events/arriving?${asked.toString()}`;

    const listen = () => {
      source = new EventSource(url);
      source.onmessage = (message: MessageEvent<string>) => {
        const { arrived } = JSON.parse(message.data) as { arrived: ArrivedEvent[] };
        setArrivals(({ events, freshFrom }) => {
          const known = new Set(events?.map(({ number }) => number));
          const fresh = arrived.filter(({ number }) => !known.has(number));
          return {
            events: [...fresh, ...(events ?? [])].slice(0, MOST_KEPT),
            freshFrom: events ? freshFrom : (arrived[0]?.number ?? 0) + 1,
            isListening: true,
            error: null,
          };
        });
      };
      source.onerror = () => {
        setArrivals((before) => ({ ...before, isListening: false }));
        // The browser tries again by itself unless the answer was a refusal, which an event source does not tell.
        if (source?.readyState !== EventSource.CLOSED) return;
        void why(url).then((error) => {
          if (isGone) return;
          if (error) setArrivals((before) => ({ ...before, error }));
          else retry = setTimeout(listen, RETRY_MS);
        });
        void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      };
    };
    listen();
    return () => {
      isGone = true;
      source?.close();
      clearTimeout(retry);
    };
  }, [sought, queries]);

  return shown.current;
}

/** Why it was refused; null where it would not be now. */
async function why(url: string): Promise<Error | null> {
  const gone = new AbortController();
  try {
    const response = await fetch(url, { signal: gone.signal });
    if (response.ok || response.status >= 500) return null;
    return refusalOf(response, await response.json());
  } catch {
    return null; // Out of reach: tried again later.
  } finally {
    gone.abort();
  }
}
