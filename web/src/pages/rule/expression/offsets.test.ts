import { expect, it } from "vitest";
import { toCharacters, toUnits } from "./offsets";

it("goes there and back, over signs of two units", () => {
  const text = '"🌞 sun" + $Power';
  expect(text.indexOf("$")).toBe(11);
  expect(toCharacters(text, 11)).toBe(10);
  expect(toUnits(text, 10)).toBe(11);
});
