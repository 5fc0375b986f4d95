// Between clocks on a wall and instants, in any time zone.

import { kept } from "./formats";

const wallClocks = kept(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }),
);

function wallClock(atMs: number, timeZone: string): number {
  const parts = wallClocks("en-CA", timeZone).formatToParts(atMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The instant of "2026-03-07" (its first moment) or "2026-03-07T14:30" in a zone, in milliseconds; of two the first. Where the
 * clocks skip it, the instant of the skip.
 */
export function instantOf(local: string, timeZone: string): number {
  const wanted = Date.parse(local.length === 10 ? `${local}T00:00Z` : `${local}Z`);
  // By the clocks of the day before and of the day after: they differ where clocks are moved in between.
  const guesses = [wanted - DAY_MS, wanted + DAY_MS].map((atMs) => wanted - (wallClock(atMs, timeZone) - atMs));
  const shown = guesses.filter((atMs) => wallClock(atMs, timeZone) === wanted);
  if (shown.length > 0) return Math.min(...shown);
  let [before, after] = [Math.min(...guesses), Math.max(...guesses)];
  while (after - before > MINUTE_MS) {
    const middle = Math.floor((before + after) / 2 / MINUTE_MS) * MINUTE_MS;
    if (wallClock(middle, timeZone) < wanted) before = middle;
    else after = middle;
  }
  return after;
}

/** The day after a local day. */
export const dayAfter = (day: string): string => daysAfter(day, 1);

/** A local day so many days after another, or before it. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const USUAL_DAYS = 30;

/** The days that an address names; unless it does, the last thirty. */
export function usualSpan(chosen: { from?: string | undefined; to?: string | undefined }, timeZone: string) {
  const to = chosen.to ?? localMinute(Date.now(), timeZone).slice(0, 10);
  return { from: chosen.from ?? daysAfter(to, 1 - USUAL_DAYS), to };
}

/** "2026-03-07T14:30" as the zone's clocks show it. */
export function localMinute(atMs: number, timeZone: string): string {
  return new Date(wallClock(atMs, timeZone)).toISOString().slice(0, 16);
}
