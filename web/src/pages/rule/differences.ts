// Two rules compared, part by part, in words of the configurator.
import type { TFunction } from "i18next";
import type { Rule } from "../../api/public";
import { durationText } from "../../parts/duration";
import { stepsName } from "../../parts/placeNames";
import { authored } from "./draft";

type Texts = TFunction;

export interface Difference {
  place: string;
  before: string;
  after: string;
}

/** Every part that is not the same, in the order of the configurator. */
export const differences = (before: Rule, after: Rule, t: Texts, language: string): Difference[] =>
  differencesAt([], authored(before), authored(after), t, language);

/** The same of a part of two rules, which stands at `path`. */
export function differencesAt(
  path: string[],
  before: unknown,
  after: unknown,
  t: Texts,
  language: string,
): Difference[] {
  const [one, other] = [leaves(path, before), leaves(path, after)];
  const paths = [...new Set([...one.keys(), ...other.keys()])];
  return paths
    .filter((path) => one.get(path) !== other.get(path))
    .map((path) => ({
      place: stepsName(path.split("/"), t),
      before: worded(path, one.get(path), t, language),
      after: worded(path, other.get(path), t, language),
    }));
}

type Leaf = string | number | boolean;

/** Each value under its path. Datasets go by their names and cases by their numbers; lists of words are one text. */
function leaves(at: string[], part: unknown): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  const collect = (path: string, value: unknown) => {
    if (value === null || value === undefined || value === "") return;
    if (Array.isArray(value)) {
      if (value.every((each) => typeof each === "string")) {
        if (value.length > 0) found.set(path, value.join(", "));
        return;
      }
      value.forEach(({ name, ...rest }: { name?: string }, index) =>
        collect(`${path}/${name ? `$${name}` : index}`, rest),
      );
    } else if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) collect(path ? `${path}/${key}` : key, inner);
    } else {
      found.set(path, value as Leaf);
    }
  };
  collect(at.join("/"), part);
  return found;
}

function worded(path: string, value: Leaf | undefined, t: Texts, language: string): string {
  if (value === undefined) return "";
  if (typeof value === "boolean") return t(value ? "rule.yes" : "rule.no");
  if (typeof value === "number" && /seconds$/i.test(path)) return durationText(value, language);
  if (path === "ruleState") return t(`rules.state.${value as Rule["ruleState"]}`);
  return String(value);
}
