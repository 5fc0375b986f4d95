import { expect, it } from "vitest";
import type { HomeTried } from "../../api/public";
import { comparisonOf } from "./fleetComparison";

type Sent = Record<string, [number, number]>;

function rule(days: Sent): HomeTried["rules"][number] {
  const told = Object.entries(days).map(([day, [notifications, firstAtTimeMillis]]) => ({
    day,
    notifications,
    firstAtTimeMillis,
  }));
  const notifications = told.reduce((sum, each) => sum + each.notifications, 0);
  return { notifications, days: told, hours: [], dropped: {}, evaluations: 1, faults: 0 };
}

const home = (customerBuildingId: string, one: Sent, other: Sent): HomeTried => ({
  customerBuildingId,
  timeZoneId: "UTC",
  rules: [rule(one), rule(other)],
});

const homes = [
  home("more", { "2026-03-01": [1, 10], "2026-03-02": [1, 20] }, { "2026-03-01": [1, 10] }),
  home("fewer", { "2026-03-01": [1, 11] }, { "2026-03-01": [3, 11] }),
  home("same", { "2026-03-01": [2, 12] }, { "2026-03-01": [2, 12] }),
  home("moved", { "2026-03-01": [1, 13] }, { "2026-03-03": [1, 33] }),
  home("none", {}, {}),
];

it("says how many homes get more, fewer or as many, and of those who on other days", () => {
  const { more, fewer, same, moved } = comparisonOf(homes);
  expect({ more, fewer, same, moved }).toEqual({ more: 1, fewer: 1, same: 3, moved: 1 });
});

it("lists the days on which they differ with what all homes get", () => {
  expect(comparisonOf(homes).days).toEqual([
    { day: "2026-03-01", one: 5, other: 6, homes: 2 },
    { day: "2026-03-02", one: 1, other: 0, homes: 1 },
    { day: "2026-03-03", one: 0, other: 1, homes: 1 },
  ]);
});

it("tells first where only one sends, each home once, and when that was", () => {
  const told = comparisonOf(homes).differences.map((each) => [each.home, each.day, each.one, each.other, each.atMs]);
  expect(told).toEqual([
    ["more", "2026-03-02", 1, 0, 20],
    ["moved", "2026-03-01", 1, 0, 13],
    ["moved", "2026-03-03", 0, 1, 33],
    ["fewer", "2026-03-01", 1, 3, undefined],
  ]);
});

it("finds nothing where both say the same, or only one was tried", () => {
  expect(comparisonOf([homes[2] as HomeTried]).differences).toEqual([]);
  const alone = { ...homes[0], rules: homes[0]?.rules.slice(0, 1) } as HomeTried;
  expect(comparisonOf([alone])).toEqual({ more: 0, fewer: 0, same: 0, moved: 0, days: [], differences: [] });
});
