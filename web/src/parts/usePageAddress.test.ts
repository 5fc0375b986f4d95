import { expect, it } from "vitest";
import { pageAddress } from "./usePageAddress";

it("is the page with what was chosen there", () => {
  expect(pageAddress("/events", "?view=list")).toBe("/events?view=list");
});

it("is the page alone where all would be more than a request takes", () => {
  const longest = `?q=${"a".repeat(500 - "/console/rules?q=".length)}`;
  expect(pageAddress("/rules", longest)).toBe(`/rules${longest}`);
  expect(pageAddress("/rules", `${longest}a`)).toBe("/rules");
});

it("is none on the pages of support", () => {
  expect(pageAddress("/support", "")).toBeUndefined();
  expect(pageAddress("/support/ticket-1", "")).toBeUndefined();
  expect(pageAddress("/supported", "")).toBe("/supported");
});
