// Which categories of events are shown, in which order.
import type { EventCategory } from "../../api/organisation";

export const ORDERS = ["name", "events", "buildings", "deviation"] as const;
export type Order = (typeof ORDERS)[number];

/** Those in which each word stands, in that order; whatever is equal by type and source. */
export function shownCategories(all: EventCategory[], search: string, order: Order): EventCategory[] {
  const words = search.toLowerCase().split(/\s+/);
  const weight = (each: EventCategory): number => {
    if (order === "events") return -each.eventsLastDay;
    if (order === "buildings") return -each.buildings;
    if (order === "deviation") return each.measured?.deviation ? 0 : each.measured ? 2 : 1;
    return 0;
  };
  return all
    .filter((each) => {
      const name = `${each.eventType} ${each.source} ${each.unit}`.toLowerCase();
      return words.every((word) => name.includes(word));
    })
    .sort(
      (a, b) => weight(a) - weight(b) || a.eventType.localeCompare(b.eventType) || a.source.localeCompare(b.source),
    );
}
