import { expect, it } from "vitest";
import { frameOf, isNear } from "./frame";

const bern = { latitude: 46.9, longitude: 7.4 };

it("shows one cell with something around it", () => {
  const { west, east, south, north } = frameOf([bern]);
  expect([east - west, north - south].map((each) => Math.round(each * 10) / 10)).toEqual([2.4, 2.4]);
});

it("shows all cells, and of countries those that reach into the picture", () => {
  const frame = frameOf([bern, { latitude: 53.6, longitude: 10 }]);
  expect(frame.south).toBeLessThan(46);
  expect(frame.north).toBeGreaterThan(54);
  const square = (west: number, south: number) => [
    [
      [west, south],
      [west + 4, south],
      [west + 4, south + 4],
    ],
  ];
  expect(isNear([square(6, 44)], frame)).toBe(true);
  expect(isNear([square(100, 44)], frame)).toBe(false);
});
