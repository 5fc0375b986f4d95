import { expect, it } from "vitest";
import type { MadeNotification, Simulation } from "../../../api/public";
import { envelopesOf, shownOf } from "./envelopes";

const at = (...times: number[]) => times.map((createdAtTimeMillis) => ({ createdAtTimeMillis })) as MadeNotification[];
const simulation = { notifications: at(100, 900), dropped: at(500, 504, 520) } as unknown as Simulation;

it("joins those that would lie on one another, never those of two kinds", () => {
  const found = envelopesOf(shownOf(simulation, at(101, 502)), 0, 1_000, 0.01);
  expect(found.map((each) => [each.at, each.kind, each.notifications.length])).toEqual([
    [0.1, "sent", 1],
    [0.101, "made", 1],
    [0.5, "dropped", 2],
    [0.502, "made", 1],
    [0.52, "dropped", 1],
    [0.9, "sent", 1],
  ]);
});

it("shows only what lies in the range", () => {
  expect(envelopesOf(shownOf(simulation, []), 505, 800, 0).map((each) => each.notifications.length)).toEqual([1]);
});
