// Between clocks on a wall and instants, in any time zone.

function wallClock(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(atMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/** The instant of "2026-03-07" (its first moment) or "2026-03-07T14:30" in a zone, in milliseconds. */
export function instantOf(local: string, timeZone: string): number {
  const wanted = Date.parse(`${local.length === 10 ? `${local}T00:00` : local}Z`);
  const guess = wanted - (wallClock(wanted, timeZone) - wanted);
  return wanted - (wallClock(guess, timeZone) - guess);
}

/** The day after a local day. */
export const dayAfter = (day: string): string => daysAfter(day, 1);

/** A local day so many days after another, or before it. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** "2026-03-07T14:30" as the zone's clocks show it. */
export function localMinute(atMs: number, timeZone: string): string {
  return new Date(wallClock(atMs, timeZone)).toISOString().slice(0, 16);
}
