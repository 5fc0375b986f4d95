// What the address of the events keeps: what one looks for, and how it is shown.
import { readDay, readText } from "./ruleSearch";

export const VIEWS = ["live", "list", "graph"] as const;

/** `from` and `to` are local days, both inclusive. `as`: the graph's lines as tables. */
export interface EventSearch {
  view?: (typeof VIEWS)[number] | undefined;
  building?: string | undefined;
  device?: string | undefined;
  types?: string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  as?: "table" | undefined;
}

export const readEventSearch = (search: Record<string, unknown>): EventSearch => ({
  view: VIEWS.find((view) => view === search.view && view !== "live"),
  building: readText(search.building),
  device: readText(search.device),
  types: Array.isArray(search.types) && search.types.length > 0 ? search.types.map(String) : undefined,
  from: readDay(search.from),
  to: readDay(search.to),
  as: search.as === "table" ? "table" : undefined,
});
