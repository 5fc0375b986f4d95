import { describe, expect, it } from "vitest";
import { dayAfter, instantOf, localMinute } from "./localTime";

describe("instantOf", () => {
  it("is the beginning of a local day", () => {
    expect(new Date(instantOf("2026-03-07", "Europe/Zurich")).toISOString()).toBe("2026-03-06T23:00:00.000Z");
    expect(new Date(instantOf("2026-07-07", "America/New_York")).toISOString()).toBe("2026-07-07T04:00:00.000Z");
  });

  it("is the first moment of a day that begins after midnight, or has two midnights", () => {
    expect(new Date(instantOf("2026-09-06", "America/Santiago")).toISOString()).toBe("2026-09-06T04:00:00.000Z");
    expect(localMinute(instantOf("2026-09-06", "America/Santiago"), "America/Santiago")).toBe("2026-09-06T01:00");
    expect(new Date(instantOf("2026-11-01", "America/Havana")).toISOString()).toBe("2026-11-01T04:00:00.000Z");
  });

  it("knows on which side of a change of the clocks a time lies", () => {
    expect(new Date(instantOf("2026-03-29T01:30", "Europe/Zurich")).toISOString()).toBe("2026-03-29T00:30:00.000Z");
    expect(new Date(instantOf("2026-03-29T03:30", "Europe/Zurich")).toISOString()).toBe("2026-03-29T01:30:00.000Z");
  });
});

it("goes there and back", () => {
  const minute = "2026-10-25T14:05";
  expect(localMinute(instantOf(minute, "Europe/Zurich"), "Europe/Zurich")).toBe(minute);
  expect(dayAfter("2026-02-28")).toBe("2026-03-01");
});
