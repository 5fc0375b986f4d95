// Lengths of time as people say them: a number and a unit, the largest that is whole.
import { localeOf } from "./formats";

export const UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

export function partsOf(seconds: number): { amount: number; unit: Unit } {
  const unit = (["days", "hours", "minutes"] as const).find((each) => seconds > 0 && seconds % UNITS[each] === 0);
  return unit ? { amount: seconds / UNITS[unit], unit } : { amount: seconds, unit: "seconds" };
}

/** "3 hours", in a language. */
export function durationText(seconds: number, language: string): string {
  const { amount, unit } = partsOf(seconds);
  return new Intl.NumberFormat(localeOf(language), {
    style: "unit",
    unit: unit.slice(0, -1),
    unitDisplay: "long",
  }).format(amount);
}
