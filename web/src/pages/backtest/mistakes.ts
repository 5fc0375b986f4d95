// Which of the rules that were tried is not fit to be run, and where, as places in the rule itself.
import type { Mistake } from "../../api/client";

const PLACE = /^\/rules\/(\d+)/;

/** Undefined where nothing is wrong with a rule. */
export function ruleAtFault(mistakes: Mistake[]): { place: number; mistakes: Mistake[] } | undefined {
  const place = mistakes.map((mistake) => PLACE.exec(mistake.pointer)?.[1]).find(Boolean);
  if (place === undefined) return undefined;
  return {
    place: Number(place),
    mistakes: mistakes.map((mistake) => ({ ...mistake, pointer: mistake.pointer.replace(PLACE, "") })),
  };
}
