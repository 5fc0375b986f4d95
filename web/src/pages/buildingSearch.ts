// What the addresses of the pages of buildings keep: how the list is looked at, and what of one building.
import type { BuildingRow } from "../api/buildings";

export const BUILDING_STATUSES = ["ACTIVE", "SILENT", "NEW", "DEACTIVATED"] as const satisfies BuildingRow["status"][];
export const SORTS = ["id", "city", "lastEvent"] as const;
export const TABS = ["dashboard", "profile", "notifications", "events", "tariffs", "settings"] as const;
export const DAYS = [7, 30, 90] as const;
export const RANGE_DAYS = [1, 7, 30, 365] as const;
export const ENERGIES = ["ENERGY_CONSUMPTION", "GRID_ENERGY_CONSUMPTION", "ENERGY_GENERATION"] as const;
const DIALOGS = ["erase", "tariff", "device", "removeDevice"] as const;
const KINDS = ["CONSUMPTION", "GENERATION"] as const;
export const PEERS = ["COUNTRY", "CONSUMPTION_CATEGORY", "ELCOM", "ALL"] as const;

export type Tab = (typeof TABS)[number];
export type Energy = (typeof ENERGIES)[number];
export type Peers = (typeof PEERS)[number];

export interface BuildingsSearch {
  q?: string | undefined;
  tag?: string | undefined;
  /** The status that is asked for. */
  stand?: BuildingRow["status"] | undefined;
  sort?: (typeof SORTS)[number] | undefined;
  descending?: true | undefined;
  /** Behind which building the page begins. */
  after?: string | undefined;
  dialog?: "new" | undefined;
}

export interface BuildingSearch {
  tab?: Tab | undefined;
  /** With whom it is compared, and in what. */
  peers?: Peers | undefined;
  energy?: Energy | undefined;
  /** Of which kind the forecasts are. */
  kind?: (typeof KINDS)[number] | undefined;
  /** How many days back notifications are counted, and events drawn. */
  days?: (typeof DAYS)[number] | undefined;
  range?: (typeof RANGE_DAYS)[number] | undefined;
  types?: string[] | undefined;
  /** The lines of events as tables. */
  as?: "table" | undefined;
  /** What is being changed, and which device where it is one. */
  dialog?: (typeof DIALOGS)[number] | undefined;
  device?: string | undefined;
}

const text = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));
const among = <T>(choices: readonly T[], value: unknown) => choices.find((each) => each === value);

export const readBuildingsSearch = (search: Record<string, unknown>): BuildingsSearch => ({
  q: text(search.q),
  tag: text(search.tag),
  stand: among(BUILDING_STATUSES, search.stand),
  sort: among(SORTS, search.sort),
  descending: search.descending === true ? true : undefined,
  after: text(search.after),
  dialog: search.dialog === "new" ? "new" : undefined,
});

export const readBuildingSearch = (search: Record<string, unknown>): BuildingSearch => ({
  tab: among(TABS, search.tab),
  peers: among(PEERS, search.peers),
  energy: among(ENERGIES, search.energy),
  kind: among(KINDS, search.kind),
  days: among(DAYS, search.days),
  range: among(RANGE_DAYS, search.range),
  types: Array.isArray(search.types) ? search.types.map(String) : undefined,
  as: search.as === "table" ? "table" : undefined,
  dialog: among(DIALOGS, search.dialog),
  device: text(search.device),
});
