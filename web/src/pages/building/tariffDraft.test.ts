import { expect, it } from "vitest";
import type { Tariff } from "../../api/buildings";
import { asKind, asSent, halfDays, withHours } from "./tariffDraft";

const single = asKind({ ...asKind(null, "SINGLE")!, single: { price: "0.27" } }, "SINGLE")!;
const night = withHours(withHours(undefined, "monday", ["22:00", "06:00"]), "sunday", ["20:00", "20:00"]);
const dual: Tariff = { ...asKind(null, "DUAL")!, minPrice: "0.1", maxPrice: "0.3", dual: { lowTariff: night } };

it("a day of which half is missing is named", () => {
  expect(halfDays(dual)).toEqual([]);
  expect(halfDays({ ...dual, dual: { lowTariff: withHours(night, "tuesday", ["10:00", ""]) } })).toEqual(["tuesday"]);
});

it("what its kind does not use stays as it was saved", () => {
  const draft = asKind({ ...single, single: { price: "wrong" } }, "DUAL")!;
  expect(asSent(draft, single)).toMatchObject({ type: "DUAL", single: { price: "0.27" }, dual: { lowTariff: {} } });
  expect(asSent(asKind({ ...dual, maxPrice: "x" }, "SINGLE")!, dual)).toMatchObject({
    maxPrice: "0.3",
    single: { price: "" },
  });
  expect(asKind(dual, null)).toBeNull();
});
