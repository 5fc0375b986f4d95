import { describe, expect, it } from "vitest";
import {
  aboutLength,
  clockTime,
  dayAt,
  decimal,
  exactTime,
  languageName,
  monthName,
  number,
  relativeTime,
  signedPercent,
} from "./formats";

const NOON = Date.UTC(2026, 2, 29, 12);

describe("relativeTime", () => {
  it("takes the largest whole unit", () => {
    expect(relativeTime(NOON - 3_000, NOON, "en")).toBe("now");
    expect(relativeTime(NOON - 59_000, NOON, "en")).toBe("59 seconds ago");
    expect(relativeTime(NOON - 119_000, NOON, "en")).toBe("1 minute ago");
    expect(relativeTime(NOON - 25 * 3_600_000, NOON, "en")).toBe("yesterday");
  });

  it("speaks the language", () => {
    expect(relativeTime(NOON - 120_000, NOON, "de")).toBe("vor 2 Minuten");
    expect(relativeTime(NOON - 120_000, NOON, "fr")).toBe("il y a 2 minutes");
  });
});

describe("exact times", () => {
  it("are those of the customer's zone, also across a clock change", () => {
    expect(clockTime(Date.UTC(2026, 2, 29, 0, 59), "en", "Europe/Zurich")).toBe("01:59");
    expect(clockTime(Date.UTC(2026, 2, 29, 1, 0), "en", "Europe/Zurich")).toBe("03:00");
    expect(exactTime(NOON, "en", "Europe/Zurich")).toBe("29 Mar 2026, 14:00:00");
  });
});

describe("days, months and changes", () => {
  it("are written as where the language is spoken, not as in the language alone", () => {
    expect(dayAt(Date.UTC(2026, 2, 28, 23, 30), "en", "Europe/Zurich")).toBe("29 Mar");
    expect(monthName("2026-03", "de", true)).toBe("März 2026");
    expect(signedPercent(0.035, "de")).toBe("+3.5%");
    expect(signedPercent(0.12, "en")).toBe("+12%");
  });
});

describe("about how long", () => {
  it("is told in the largest unit of which there is one", () => {
    expect(aboutLength(900, "en")).toBe("15 minutes");
    expect(aboutLength(899.7, "en")).toBe("15 minutes");
    expect(aboutLength(3_590, "en")).toBe("1 hour");
    expect(aboutLength(5.04, "en")).toBe("5 seconds");
    expect(aboutLength(86_400, "de")).toBe("1 Tag");
    expect(aboutLength(0.5, "fr")).toMatch(/^0,5\Wseconde$/);
  });
});

describe("the name of a language", () => {
  it("begins with a capital, as in a list", () => {
    expect(languageName("it", "en")).toBe("Italian");
    expect(languageName("it", "fr")).toBe("Italien");
  });
  it("is written as within a sentence where it stands in one", () => {
    expect(["en", "de", "fr"].map((language) => languageName("it", language, true))).toEqual([
      "Italian",
      "Italienisch",
      "italien",
    ]);
  });
});

describe("number", () => {
  it("groups thousands as the language does", () => {
    expect(number(12_345, "en")).toBe("12,345");
    expect(number(12_345, "de")).toMatch(/^12\D345$/);
  });
});

it("prices keep their digits", () => {
  expect(decimal("0.3530", "fr")).toBe("0,3530");
  expect(decimal("0.3530", "en")).toBe("0.3530");
  expect(decimal("-2", "de")).toBe("-2");
});
