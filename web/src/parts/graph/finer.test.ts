import { describe, expect, it } from "vitest";
import type { DrawnLine } from "./drawn";
import { pointsOf, spanToAsk } from "./finer";

const series = (timestamps: number[], points = timestamps.length): DrawnLine => ({
  key: "meter",
  name: "Meter",
  caption: "Meter (W)",
  unit: "W",
  points,
  timestamps,
  values: timestamps.map((at) => at * 10),
});
const whole = { fromMs: 0, toMs: 100_000 };

describe("spanToAsk", () => {
  it("asks for what is shown with a margin, not beyond the whole", () => {
    expect(spanToAsk({ fromMs: 50_000, toMs: 60_000 }, whole, [series([0, 50], 900)], undefined)).toEqual({
      fromMs: 45_000,
      toMs: 65_000,
    });
    expect(spanToAsk({ fromMs: 0, toMs: 10_000 }, whole, [series([0, 50], 900)], undefined)).toEqual({
      fromMs: 0,
      toMs: 15_000,
    });
  });

  it("asks for nothing where no point was left out, or most of the whole is shown", () => {
    expect(spanToAsk({ fromMs: 0, toMs: 10_000 }, whole, [series([0, 50])], undefined)).toBeUndefined();
    expect(spanToAsk({ fromMs: 0, toMs: 60_000 }, whole, [series([0, 50], 900)], undefined)).toBeUndefined();
  });

  it("asks again when one leaves the known part, or looks much closer", () => {
    const coarse = [series([0, 50], 900)];
    const known = { fromMs: 40_000, toMs: 60_000, lines: [series([40, 50], 300)] };
    expect(spanToAsk({ fromMs: 45_000, toMs: 55_000 }, whole, coarse, known)).toBeUndefined();
    expect(spanToAsk({ fromMs: 52_000, toMs: 62_000 }, whole, coarse, known)).toBeDefined();
    expect(spanToAsk({ fromMs: 50_000, toMs: 51_000 }, whole, coarse, known)).toBeDefined();
    expect(
      spanToAsk({ fromMs: 50_000, toMs: 51_000 }, whole, coarse, { ...known, lines: [series([40, 50])] }),
    ).toBeUndefined();
  });
});

it("draws the fine points in their part and the coarse ones around", () => {
  const finer = { fromMs: 40_000, toMs: 60_000, lines: [series([41, 45, 59])] };
  expect(pointsOf(series([0, 50, 60, 90]), finer).map(([at]) => at)).toEqual([
    0, 41_000, 45_000, 59_000, 60_000, 90_000,
  ]);
});
