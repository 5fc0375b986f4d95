// A tariff while it is edited: what each kind needs, and what of it is sent. What it says of a day is the server's word.
import type { Tariff } from "../../api/buildings";

export type Kind = Tariff["type"];
export type LowTariff = NonNullable<Tariff["dual"]>["lowTariff"];

export const KINDS = ["SINGLE", "DUAL", "DYNAMIC"] as const satisfies Kind[];
/** Monday first. */
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const NEW: Tariff = {
  type: "SINGLE",
  currency: null,
  minPrice: null,
  maxPrice: null,
  single: null,
  dual: null,
  dynamic: null,
};

/** The start and the end of a day's low hours; "" = not set. */
export const hoursOn = (low: LowTariff | undefined, day: Weekday): [start: string, end: string] => [
  low?.[`${day}StartTime`] ?? "",
  low?.[`${day}EndTime`] ?? "",
];

/** With the hours of that day; "" = none. */
export const withHours = (low: LowTariff | undefined, day: Weekday, [start, end]: [string, string]): LowTariff =>
  ({ ...low, [`${day}StartTime`]: start || null, [`${day}EndTime`]: end || null }) as LowTariff;

/** Days with a start and no end, or the other way round. */
export const halfDays = (tariff: Tariff): Weekday[] =>
  tariff.type === "DUAL"
    ? WEEKDAYS.filter((day) => hoursOn(tariff.dual?.lowTariff, day).filter(Boolean).length === 1)
    : [];

/** The tariff as one of that kind, with what it needs; null = none. */
export function asKind(tariff: Tariff | null, kind: Kind | null): Tariff | null {
  if (kind === null) return null;
  const was = tariff ?? NEW;
  return {
    ...was,
    type: kind,
    single: was.single ?? (kind === "SINGLE" ? { price: "" } : null),
    dual: was.dual ?? (kind === "DUAL" ? { lowTariff: {} as LowTariff } : null),
    dynamic: was.dynamic ?? (kind === "DYNAMIC" ? { slices: [] } : null),
  };
}

/** As it is sent: what its kind does not use stays as it was saved, so that nothing is refused that is not seen. */
export function asSent(draft: Tariff, saved: Tariff | null): Tariff {
  const was = saved ?? NEW;
  const isDual = draft.type === "DUAL";
  return {
    ...draft,
    minPrice: isDual ? draft.minPrice : was.minPrice,
    maxPrice: isDual ? draft.maxPrice : was.maxPrice,
    single: draft.type === "SINGLE" ? draft.single : was.single,
    dual: isDual ? draft.dual : was.dual,
  };
}
