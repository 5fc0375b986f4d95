import { expect, it } from "vitest";
import type { Simulation } from "../../../api/public";
import { envelopesOf } from "./envelopes";

const at = (...times: number[]) => times.map((createdAtTimeMillis) => ({ createdAtTimeMillis }));
const simulation = { notifications: at(100, 900), dropped: at(500, 504, 520) } as unknown as Simulation;

it("joins those that would lie on one another, never sent ones with dropped ones", () => {
  const found = envelopesOf(simulation, 0, 1_000, 0.01);
  expect(found.map((each) => [each.at, each.isSent, each.notifications.length])).toEqual([
    [0.1, true, 1],
    [0.5, false, 2],
    [0.52, false, 1],
    [0.9, true, 1],
  ]);
});

it("shows only what lies in the range", () => {
  expect(envelopesOf(simulation, 505, 800, 0).map((each) => each.notifications.length)).toEqual([1]);
});
