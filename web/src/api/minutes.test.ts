import { describe, expect, it } from "vitest";
import type { Overview } from "./client";
import { eventFigures, withUpdate } from "./minutes";

const MINUTE = 60_000;
const overview: Overview = {
  nowMs: 4 * MINUTE + 5,
  minutes: [1, 2, 3, 4].map((minute) => ({ startsAtMs: minute * MINUTE, events: minute * 10 })),
  buildingCount: 1,
  activeRuleCount: 1,
  notificationsToday: { delivered: 0, pending: 0, failed: 0, dropped: 0 },
};

describe("withUpdate", () => {
  it("replaces the running minute", () => {
    const update = {
      lastChange: 1,
      minutes: [
        { startsAtMs: 3 * MINUTE, events: 30 },
        { startsAtMs: 4 * MINUTE, events: 55 },
      ],
    };
    expect(withUpdate(overview, update).minutes.map((minute) => minute.events)).toEqual([10, 20, 30, 55]);
  });

  it("moves the window on when a minute begins, and shows minutes it slept through as empty", () => {
    const update = {
      lastChange: 1,
      minutes: [
        { startsAtMs: 5 * MINUTE, events: 7 },
        { startsAtMs: 6 * MINUTE, events: 1 },
      ],
    };
    const { minutes } = withUpdate(overview, update);
    expect(minutes.map((minute) => minute.startsAtMs / MINUTE)).toEqual([3, 4, 5, 6]);
    expect(minutes.map((minute) => minute.events)).toEqual([30, 40, 7, 1]);
    const later = { lastChange: 1, minutes: [8, 9].map((minute) => ({ startsAtMs: minute * MINUTE, events: 2 })) };
    expect(withUpdate(overview, later).minutes.map((minute) => minute.events)).toEqual([0, 0, 2, 2]);
  });

  it("is not turned back by an update older than what is shown", () => {
    const update = {
      lastChange: 1,
      minutes: [
        { startsAtMs: 2 * MINUTE, events: 21 },
        { startsAtMs: 3 * MINUTE, events: 31 },
      ],
    };
    expect(withUpdate(overview, update).minutes.map((minute) => minute.events)).toEqual([10, 21, 31, 40]);
  });
});

describe("eventFigures", () => {
  it("counts the last whole minute, not the running one", () => {
    expect(eventFigures(overview.minutes)).toEqual({ lastMinute: 30, lastHour: 100 });
  });
});
