// Two rules over the same homes and days: where they differ. Pure: homes in, differences out.
import type { HomeTried } from "../../api/public";

/** A home on a local day on which the two do not send equally many. */
export interface Difference {
  home: string;
  timeZoneId: string;
  day: string;
  one: number;
  other: number;
  /** When the first was sent by the one that sends alone; undefined where both send. */
  atMs: number | undefined;
}

export interface FleetComparison {
  /** Homes that get more, fewer, or as many by the first rule as by the second. */
  more: number;
  fewer: number;
  same: number;
  /** Of those that get as many: on other days. */
  moved: number;
  /** Days on which any home differs, in order, with what all homes get. */
  days: { day: string; one: number; other: number; homes: number }[];
  /** Those where only one sends first, and every home before any a second time. */
  differences: Difference[];
}

export function comparisonOf(homes: HomeTried[]): FleetComparison {
  const differences = homes.flatMap(differencesOf);
  const differing = new Set(differences.map((each) => each.home));
  const counts = { more: 0, fewer: 0, same: 0, moved: 0 };
  const days = new Map<string, FleetComparison["days"][number]>();
  const differingDays = new Set(differences.map((each) => each.day));
  for (const home of homes) {
    const [one, other] = home.rules;
    if (!one || !other) continue;
    if (one.notifications > other.notifications) counts.more += 1;
    else if (one.notifications < other.notifications) counts.fewer += 1;
    else {
      counts.same += 1;
      if (differing.has(home.customerBuildingId)) counts.moved += 1;
    }
    for (const [name, rule] of [["one", one] as const, ["other", other] as const]) {
      for (const { day, notifications } of rule.days) {
        if (!differingDays.has(day)) continue;
        const found = days.get(day) ?? { day, one: 0, other: 0, homes: 0 };
        days.set(day, { ...found, [name]: found[name] + notifications });
      }
    }
  }
  for (const { day } of differences) {
    const found = days.get(day);
    if (found) found.homes += 1;
  }
  return {
    ...counts,
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    differences: told(differences),
  };
}

function differencesOf(home: HomeTried): Difference[] {
  const [one, other] = home.rules;
  if (!one || !other) return [];
  const [ones, others] = [one, other].map((rule) => new Map(rule.days.map((each) => [each.day, each])));
  const days = [...new Set([...one.days, ...other.days].map((each) => each.day))].sort();
  return days.flatMap((day) => {
    const [a, b] = [ones?.get(day), others?.get(day)];
    if (a?.notifications === b?.notifications) return [];
    return {
      home: home.customerBuildingId,
      timeZoneId: home.timeZoneId,
      day,
      one: a?.notifications ?? 0,
      other: b?.notifications ?? 0,
      atMs: a && b ? undefined : (a ?? b)?.firstAtTimeMillis,
    };
  });
}

/** The telling ones first: where only one sends, then one of each home, then by day. */
function told(differences: Difference[]): Difference[] {
  const seen = new Map<string, number>();
  const ranked = differences.map((each) => {
    const isClear = each.atMs !== undefined;
    const key = `${isClear}${each.home}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return { each, rank: [isClear ? 0 : 1, nth] as const };
  });
  return ranked
    .sort(
      (a, b) =>
        a.rank[0] - b.rank[0] ||
        a.rank[1] - b.rank[1] ||
        (a.each.home === b.each.home ? 0 : a.each.home < b.each.home ? -1 : 1),
    )
    .map(({ each }) => each);
}
