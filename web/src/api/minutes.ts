// The chart's minutes, kept current by live updates.
import type { LiveUpdate, Overview } from "./client";

type Minute = Overview["minutes"][number];

const MINUTE_MS = 60_000;

/** The overview with the update's minutes in their places; the window keeps its length and ends with the newest. */
export function withUpdate(overview: Overview, update: LiveUpdate): Overview {
  const newest = Math.max(...[...overview.minutes, ...update.minutes].map((minute) => minute.startsAtMs));
  const events = new Map([...overview.minutes, ...update.minutes].map((minute) => [minute.startsAtMs, minute.events]));
  const count = overview.minutes.length;
  const minutes = Array.from({ length: count }, (_, index): Minute => {
    const startsAtMs = newest - (count - 1 - index) * MINUTE_MS;
    return { startsAtMs, events: events.get(startsAtMs) ?? 0 };
  });
  return { ...overview, minutes };
}

/** Events of the last whole minute, and of all minutes shown. */
export function eventFigures(minutes: Minute[]): { lastMinute: number; lastHour: number } {
  return {
    lastMinute: minutes.at(-2)?.events ?? 0,
    lastHour: minutes.reduce((sum, minute) => sum + minute.events, 0),
  };
}
