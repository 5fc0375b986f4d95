import { describe, expect, it } from "vitest";
import { readProperty, shownProperty } from "./properties";

describe("properties", () => {
  it("come back as they were", () => {
    for (const value of [4, 30.5, -1, true, false, "south", "007", "1e3", "", " 4"]) {
      expect(readProperty(shownProperty(value))).toBe(value);
    }
  });
});
