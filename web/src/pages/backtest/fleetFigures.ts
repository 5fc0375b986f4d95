// What homes of a backtest come to together, also while only some of them are done. Pure: homes in, figures out.
import type { HomeTried } from "../../api/public";
import { dayAfter } from "../../parts/localTime";

export interface HomeSent {
  home: string;
  sent: number;
}

export interface FleetFigures {
  homes: number;
  /** Homes that would get at least one. */
  reached: number;
  sent: number;
  perHomeAndWeek: number;
  /** The most that a home would get on one of its days. */
  mostInDay: number;
  /** What was held back, by reason, the commonest first. */
  dropped: { reason: string; count: number }[];
  held: number;
  /** Homes in which the rule looked at nothing: none of its events in the range. */
  silent: number;
  /** How often the rule failed. */
  faults: number;
  /** Every local day of the range, also those without any. */
  days: { day: string; sent: number; homes: number }[];
  /** By local hour, 0 to 23. */
  hours: number[];
  /** Homes by how many they would get; `to` is Infinity for the last of many. */
  spread: { from: number; to: number; homes: number }[];
  /** Those with the most first; equal ones by name. */
  ranking: HomeSent[];
}

const WIDE_SPREAD = [0, 1, 2, 3, 6, 11, 21, 51, 101];
const MOST_SINGLE = 10;

/** Figures of the rule at a place of the question, over local days `from` to `to`, both inclusive. */
export function figuresOf(homes: HomeTried[], place: number, from: string, to: string): FleetFigures {
  const days = new Map(daysBetween(from, to).map((day) => [day, { day, sent: 0, homes: 0 }]));
  const length = days.size;
  const hours = Array.from({ length: 24 }, () => 0);
  const dropped = new Map<string, number>();
  const ranking: HomeSent[] = [];
  let silent = 0;
  let faults = 0;
  let mostInDay = 0;
  for (const home of homes) {
    const tried = home.rules[place];
    if (!tried) continue;
    ranking.push({ home: home.customerBuildingId, sent: tried.notifications });
    silent += tried.evaluations === 0 ? 1 : 0;
    faults += tried.faults;
    for (const each of tried.days) {
      mostInDay = Math.max(mostInDay, each.notifications);
      // A home further east or west begins a day that the range does not have.
      const day = days.get(each.day) ?? { day: each.day, sent: 0, homes: 0 };
      days.set(each.day, { day: each.day, sent: day.sent + each.notifications, homes: day.homes + 1 });
    }
    for (const { hour, notifications } of tried.hours) hours[hour] = (hours[hour] ?? 0) + notifications;
    for (const [reason, count] of Object.entries(tried.dropped))
      dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  }
  const sent = ranking.reduce((sum, each) => sum + each.sent, 0);
  return {
    homes: ranking.length,
    reached: ranking.filter((each) => each.sent > 0).length,
    sent,
    perHomeAndWeek: ranking.length && length ? (sent / ranking.length / length) * 7 : 0,
    mostInDay,
    dropped: [...dropped].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    held: [...dropped.values()].reduce((sum, count) => sum + count, 0),
    silent,
    faults,
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    hours,
    spread: spreadOf(ranking.map((each) => each.sent)),
    ranking: ranking.sort((a, b) => b.sent - a.sent || (a.home < b.home ? -1 : 1)),
  };
}

/** Local days, both inclusive. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = dayAfter(day)) days.push(day);
  return days;
}

/** How many homes get how many: each number by itself up to ten, beyond that in steps. */
export function spreadOf(numbers: number[]): FleetFigures["spread"] {
  const most = Math.max(0, ...numbers);
  const starts =
    most <= MOST_SINGLE
      ? Array.from({ length: most + 1 }, (_, number) => number)
      : WIDE_SPREAD.filter((start) => start <= most);
  return starts.map((from, index) => {
    const next = starts[index + 1];
    const to = next !== undefined ? next - 1 : most <= MOST_SINGLE ? from : (nextStart(from) ?? Infinity) - 1;
    return { from, to, homes: numbers.filter((each) => each >= from && each <= to).length };
  });
}

const nextStart = (start: number): number | undefined => WIDE_SPREAD[WIDE_SPREAD.indexOf(start) + 1];

/** How long a run still takes at the pace that it had, in seconds; undefined as long as that would be a guess. */
export function remainingSeconds(progress: number, elapsedMs: number): number | undefined {
  if (elapsedMs < 2_000 || progress < 0.02 || progress >= 1) return undefined;
  return Math.ceil((elapsedMs * (1 - progress)) / progress / 1000);
}
