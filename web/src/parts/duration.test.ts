import { expect, it } from "vitest";
import { durationText, partsOf } from "./duration";

it("takes the largest whole unit", () => {
  expect(partsOf(86_400)).toEqual({ amount: 1, unit: "days" });
  expect(partsOf(90_000)).toEqual({ amount: 25, unit: "hours" });
  expect(partsOf(1_800)).toEqual({ amount: 30, unit: "minutes" });
  expect(partsOf(90)).toEqual({ amount: 90, unit: "seconds" });
  expect(partsOf(0)).toEqual({ amount: 0, unit: "seconds" });
});

it("says it in a language", () => {
  expect(durationText(10_800, "en")).toBe("3 hours");
  expect(durationText(1_800, "de")).toBe("30 Minuten");
});
