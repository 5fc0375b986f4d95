import { expect, it } from "vitest";
import type { HomeTried } from "../../api/public";
import { daysBetween, figuresOf, remainingSeconds, spreadOf } from "./fleetFigures";

type Tried = HomeTried["rules"][number];

function home(customerBuildingId: string, days: Record<string, number>, more: Partial<Tried> = {}): HomeTried {
  const notifications = Object.values(days).reduce((sum, count) => sum + count, 0);
  const told = Object.entries(days).map(([day, count]) => ({ day, notifications: count, firstAtTimeMillis: 0 }));
  const rule = { notifications, days: told, hours: [], dropped: {}, evaluations: 10, faults: 0, ...more };
  return { customerBuildingId, timeZoneId: "UTC", rules: [rule] };
}

const homes = [
  home(
    "b",
    { "2026-03-01": 1, "2026-03-03": 2 },
    { hours: [{ hour: 7, notifications: 3 }], dropped: { time_between: 4 } },
  ),
  home(
    "a",
    { "2026-03-03": 3 },
    { hours: [{ hour: 7, notifications: 3 }], dropped: { quiet_hours: 9, time_between: 1 } },
  ),
  home("c", {}, { evaluations: 0 }),
];

it("counts homes, days, hours and reasons", () => {
  const figures = figuresOf(homes, 0, "2026-03-01", "2026-03-07");
  expect([figures.homes, figures.reached, figures.sent, figures.held, figures.silent]).toEqual([3, 2, 6, 14, 1]);
  expect([figures.perHomeAndWeek, figures.mostInDay]).toEqual([2, 3]);
  expect(figures.dropped).toEqual([
    { reason: "quiet_hours", count: 9 },
    { reason: "time_between", count: 5 },
  ]);
  expect(figures.days).toHaveLength(7);
  expect(figures.days[2]).toEqual({ day: "2026-03-03", sent: 5, homes: 2 });
  expect(figures.hours[7]).toBe(6);
  expect(figures.ranking.map((each) => each.home)).toEqual(["a", "b", "c"]);
});

it("has a day more where homes live further east or west", () => {
  expect(
    figuresOf([home("a", { "2026-03-08": 1 })], 0, "2026-03-07", "2026-03-07").days.map((each) => each.day),
  ).toEqual(["2026-03-07", "2026-03-08"]);
});

it("is empty of no homes", () => {
  const figures = figuresOf([], 0, "2026-03-01", "2026-03-01");
  expect([figures.homes, figures.perHomeAndWeek, figures.spread]).toEqual([0, 0, [{ from: 0, to: 0, homes: 0 }]]);
});

it("spreads few numbers one by one, many in steps that miss none", () => {
  expect(spreadOf([0, 0, 2])).toEqual([
    { from: 0, to: 0, homes: 2 },
    { from: 1, to: 1, homes: 0 },
    { from: 2, to: 2, homes: 1 },
  ]);
  const wide = spreadOf([0, 4, 12, 12]);
  expect(wide.map((each) => [each.from, each.to, each.homes])).toEqual([
    [0, 0, 1],
    [1, 1, 0],
    [2, 2, 0],
    [3, 5, 1],
    [6, 10, 0],
    [11, 20, 2],
  ]);
  expect(spreadOf([500]).at(-1)).toEqual({ from: 101, to: Infinity, homes: 1 });
});

it("counts days over the end of a month and the change of clocks", () => {
  expect(daysBetween("2026-03-28", "2026-04-01")).toHaveLength(5);
});

it("says how long it takes once that is no guess", () => {
  expect(remainingSeconds(0.5, 1_000)).toBeUndefined();
  expect(remainingSeconds(0.25, 10_000)).toBe(30);
  expect(remainingSeconds(1, 10_000)).toBeUndefined();
});
