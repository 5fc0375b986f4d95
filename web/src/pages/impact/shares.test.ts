import { expect, test } from "vitest";
import type { BehaviourChange } from "../../api/impact";
import { halfWidth, verdictOf } from "./shares";

const change = (low: number | null, high: number | null): BehaviourChange => ({
  changed: { count: 1, of: 9, share: null, low: null, high: null },
  usual: null,
  difference: null,
  low,
  high,
  isBeyondChance: low !== null && low > 0,
});

test("a difference means something only where its whole range lies on one side of nothing", () => {
  expect(verdictOf(change(null, null))).toBe("few");
  expect(verdictOf(change(0.01, 0.3))).toBe("more");
  expect(verdictOf(change(-0.3, -0.01))).toBe("less");
  expect(verdictOf(change(-0.1, 0.3))).toBe("chance");
});

test("the axis of differences is as wide as the widest range, in whole tenths", () => {
  expect(halfWidth([])).toBe(0.1);
  expect(halfWidth([change(0.06, 0.29), change(-0.42, 0.1), change(null, null)])).toBe(0.5);
});
