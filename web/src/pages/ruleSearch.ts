// What the addresses of the rules pages keep: filters, and on what a rule is tried.
import type { Rule } from "../api/public";

export const STATES = ["ACTIVE", "INACTIVE", "DRAFT"] as const satisfies Rule["ruleState"][];

export interface RulesSearch {
  q?: string | undefined;
  state?: Rule["ruleState"] | undefined;
  tag?: string | undefined;
}

/** `from` and `to` are local days, both inclusive. */
export interface RuleSearch {
  building?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** The rule that a new one begins like. */
  like?: string | undefined;
}

const text = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));
const day = (value: unknown) => (/^\d{4}-\d\d-\d\d$/.test(String(value)) ? String(value) : undefined);

export const readRulesSearch = (search: Record<string, unknown>): RulesSearch => ({
  q: text(search.q),
  state: STATES.find((state) => state === search.state),
  tag: text(search.tag),
});

export const readRuleSearch = (search: Record<string, unknown>): RuleSearch => ({
  building: text(search.building),
  from: day(search.from),
  to: day(search.to),
  like: text(search.like),
});
