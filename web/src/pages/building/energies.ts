// Energies and shares as the pages of a building write them.
import { number } from "../../parts/formats";

/** Wh as kWh, with as many digits as tell something. */
export function kwh(wh: number, language: string): string {
  const value = wh / 1000;
  const size = Math.abs(value);
  const factor = size < 10 ? 100 : size < 100 ? 10 : 1;
  return number(Math.round(value * factor) / factor, language);
}

export const kwhWithUnit = (wh: number | null | undefined, language: string) =>
  wh === null || wh === undefined ? "–" : `${kwh(wh, language)} kWh`;

/** A number that may stand in a bar of kWh. */
export const inKwh = (wh: number | null) => (wh === null ? null : Math.round(wh) / 1000);
