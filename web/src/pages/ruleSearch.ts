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
  /** A version whose simulation stands beside the draft's. */
  beside?: number | undefined;
}

/** A rule as one tries it: the draft that is edited, or a version; undefined is the saved rule. */
export type Subject = "draft" | number;

/** What a backtest tries, on which homes, and what of its answer is looked at. `run`: whether it is to be run at once. */
export interface BacktestSearch {
  what?: Subject | undefined;
  compare?: Subject | undefined;
  sample?: number | undefined;
  buildings?: string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  run?: true | undefined;
  view?: "table" | undefined;
  order?: "least" | undefined;
  /** A day on which two versions differ. */
  day?: string | undefined;
  /** Asked why: a day and a home, "2026-03-07/home-1". */
  why?: string | undefined;
}

/** What a rule led to, over UTC days, as tables where one wants that. */
export interface ImpactSearch {
  from?: string | undefined;
  to?: string | undefined;
  view?: "table" | undefined;
}

export const readText = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));
export const readDay = (value: unknown) => (/^\d{4}-\d\d-\d\d$/.test(String(value)) ? String(value) : undefined);
const whole = (value: unknown) => (Number.isInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined);
const subject = (value: unknown): Subject | undefined => (value === "draft" ? "draft" : whole(value));

export const readRulesSearch = (search: Record<string, unknown>): RulesSearch => ({
  q: readText(search.q),
  state: STATES.find((state) => state === search.state),
  tag: readText(search.tag),
});

export const readRuleSearch = (search: Record<string, unknown>): RuleSearch => ({
  building: readText(search.building),
  from: readDay(search.from),
  to: readDay(search.to),
  like: readText(search.like),
  beside: whole(search.beside),
});

export const readImpactSearch = (search: Record<string, unknown>): ImpactSearch => ({
  from: readDay(search.from),
  to: readDay(search.to),
  view: search.view === "table" ? "table" : undefined,
});

export const readBacktestSearch = (search: Record<string, unknown>): BacktestSearch => ({
  what: subject(search.what),
  compare: subject(search.compare),
  sample: whole(search.sample),
  buildings: Array.isArray(search.buildings) ? search.buildings.map(String) : undefined,
  from: readDay(search.from),
  to: readDay(search.to),
  run: search.run === true ? true : undefined,
  view: search.view === "table" ? "table" : undefined,
  order: search.order === "least" ? "least" : undefined,
  day: readDay(search.day),
  why: readText(search.why),
});
