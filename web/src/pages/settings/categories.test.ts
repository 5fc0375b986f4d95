import { describe, expect, it } from "vitest";
import type { EventCategory } from "../../api/organisation";
import { shownCategories } from "./categories";

const category = (eventType: string, source: string, more: Partial<EventCategory> = {}): EventCategory => ({
  eventType,
  source,
  unit: "W",
  quantity: "momentary",
  catalogueIntervalSeconds: 900,
  series: 1,
  buildings: 1,
  eventsLastDay: 0,
  sampled: 1,
  measured: null,
  ...more,
});
const measured = (deviation: "FASTER" | "SLOWER" | null): EventCategory["measured"] => ({
  measuredAtMs: 0,
  lookedBackSeconds: 86_400,
  series: 1,
  sampled: 1,
  measured: 1,
  intervalSeconds: 900,
  alikeShare: 1,
  deviation,
});
const all = [
  category("WATER_TEMPERATURE", "HEAT_PUMP", { unit: "°C", buildings: 3, measured: measured(null) }),
  category("POWER_GENERATION", "INVERTER", { eventsLastDay: 9 }),
  category("POWER_GENERATION", "GATEWAY", { buildings: 3, measured: measured("SLOWER") }),
];
const names = (shown: EventCategory[]) => shown.map(({ eventType, source }) => `${eventType[0]}${source[0]}`);

describe("the categories", () => {
  it("are found by words of their type, source and unit", () => {
    expect(names(shownCategories(all, "power inv", "name"))).toEqual(["PI"]);
    expect(names(shownCategories(all, "°c", "name"))).toEqual(["WH"]);
    expect(shownCategories(all, "nothing", "name")).toEqual([]);
  });
  it("are in the order that was chosen, then by name", () => {
    expect(names(shownCategories(all, "", "name"))).toEqual(["PG", "PI", "WH"]);
    expect(names(shownCategories(all, "", "events"))).toEqual(["PI", "PG", "WH"]);
    expect(names(shownCategories(all, "", "buildings"))).toEqual(["PG", "WH", "PI"]);
    expect(names(shownCategories(all, "", "deviation"))).toEqual(["PG", "PI", "WH"]);
  });
});
