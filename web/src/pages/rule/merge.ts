// Two people's changes of one rule brought together, part by part: base is what both began with.
import type { Case, Dataset, Rule, Template } from "../../api/public";
import { aside, authored, canonical } from "./draft";

export type Side = "theirs" | "mine";

/** A part that is not as it was. `path` in steps: ["notification", "texts", "de"]; undefined = there is none. */
export interface Part {
  path: string[];
  /** Who changed it; "both" only where they did not change it to the same. */
  by: Side | "both";
  base: unknown;
  theirs: unknown;
  mine: unknown;
}

type Choices = Record<string, Side>;
type Tree = { [key: string]: unknown };

/** A list under the names of its members, whatever they are called, with their order beside. */
class Keyed {
  constructor(
    readonly members: Tree,
    readonly order: string[],
  ) {}
}

interface Three {
  base: unknown;
  theirs: unknown;
  mine: unknown;
}

export const partKey = (part: Pick<Part, "path">): string => part.path.join("/");

/** The parts that somebody changed, in the order of a rule. */
export function partsOf(base: Rule, theirs: Rule, mine: Rule): Part[] {
  const parts: Part[] = [];
  merged(threeOf(base, theirs, mine), [], {}, parts);
  return parts;
}

/**
 * Theirs with all that is mine: where only one side changed a part it is that side's, where both did it is as chosen, by the
 * part's key; without a choice theirs.
 */
export function mergedRule(base: Rule, theirs: Rule, mine: Rule, choices: Choices): Rule {
  const tree = merged(threeOf(base, theirs, mine), [], choices, []) as Tree;
  return { ...theirs, ...fromTree(tree), ...aside(theirs) };
}

// What may be taken apart: the rule itself, its lists by their members, a template by its languages.
const isTakenApart = (path: string[]): boolean =>
  path.length === 0 ||
  (path.length === 1 && ["datasets", "notificationCases", "notification"].includes(path[0] ?? "")) ||
  (path[0] === "notificationCases" && path.length === 2) ||
  path.at(-1) === "notification" ||
  path.at(-1) === "texts";

function merged(three: Three, path: string[], choices: Choices, parts: Part[]): unknown {
  const { base, theirs, mine } = three;
  if (isAlike(theirs, mine)) return theirs;
  if (base instanceof Keyed && theirs instanceof Keyed && mine instanceof Keyed) {
    const members = { base: base.members, theirs: theirs.members, mine: mine.members };
    const orders = { base: base.order, theirs: theirs.order, mine: mine.order };
    return new Keyed(
      merged(members, path, choices, parts) as Tree,
      mergedOrder(orders, [...path, "order"], choices, parts),
    );
  }
  if (isTakenApart(path) && isTree(base) && isTree(theirs) && isTree(mine)) {
    const keys = [...new Set([...Object.keys(theirs), ...Object.keys(mine), ...Object.keys(base)])];
    const members = keys.map((key): [string, unknown] => {
      const inner = { base: base[key], theirs: theirs[key], mine: mine[key] };
      return [key, merged(inner, [...path, key], choices, parts)];
    });
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }
  const by = isAlike(base, theirs) ? "mine" : isAlike(base, mine) ? "theirs" : "both";
  const part: Part = { path, by, ...three };
  parts.push(part);
  const side = by === "both" ? (choices[partKey(part)] ?? "theirs") : by;
  return side === "mine" ? mine : theirs;
}

/** Members that one side added keep their place behind the member before them; a new order of the old ones is a part. */
function mergedOrder(
  { base, theirs, mine }: Record<keyof Three, string[]>,
  path: string[],
  choices: Choices,
  parts: Part[],
): string[] {
  const isKept = (key: string) => [base, theirs, mine].every((all) => all.includes(key));
  const kept = { base: base.filter(isKept), theirs: theirs.filter(isKept), mine: mine.filter(isKept) };
  const chosen = merged(kept, path, choices, parts);
  const [leading, other] = isAlike(chosen, kept.theirs) ? [theirs, mine] : [mine, theirs];
  const order = [...leading];
  other.forEach((key, index) => {
    if (!order.includes(key)) order.splice(order.indexOf(other[index - 1] ?? "") + 1, 0, key);
  });
  return order;
}

const isTree = (value: unknown): value is Tree => value !== null && typeof value === "object" && !Array.isArray(value);
const isAlike = (one: unknown, other: unknown): boolean => canonical(one ?? null) === canonical(other ?? null);

// A rule as a tree: lists under the names of their members; a switch and what it switches as one.

function threeOf(base: Rule, theirs: Rule, mine: Rule): Three {
  return { base: toTree(base, base), theirs: toTree(theirs, base), mine: toTree(mine, base) };
}

function toTree(rule: Rule, base: Rule): Tree {
  const { isStreak, streakCondition, isTimeBased, timeBasedCron, datasets, notificationCases, ...rest } = authored(
    rule,
  ) as Rule;
  return {
    ...rest,
    datasets: keyed(datasets, base.datasets, (each) => each.name),
    streakCondition: isStreak ? (streakCondition ?? "") : null,
    timeBasedCron: isTimeBased ? (timeBasedCron ?? "") : null,
    notificationCases: keyed(notificationCases, base.notificationCases, (each) => each.label),
  };
}

function fromTree(tree: Tree): Partial<Rule> {
  const { streakCondition, timeBasedCron, datasets, notificationCases, ...rest } = tree;
  return {
    ...(rest as Partial<Rule>),
    datasets: listed(datasets as Keyed) as Dataset[],
    isStreak: streakCondition !== null,
    streakCondition: streakCondition as string | null,
    isTimeBased: timeBasedCron !== null,
    timeBasedCron: timeBasedCron as string | null,
    notification: (rest.notification ?? null) as Template | null,
    notificationCases: listed(notificationCases as Keyed) as Case[],
  };
}

/**
 * Members under what they were called in base: by their name, and where one was renamed at its place by the old name. New
 * ones under their own.
 */
function keyed<Member>(members: Member[], base: Member[], nameOf: (member: Member) => string): Keyed {
  const known = base.map(nameOf);
  const names = members.map(nameOf);
  const keys: string[] = names.map((name, index) => {
    if (known.includes(name) && names.indexOf(name) === index) return name;
    const old = known[index];
    if (old !== undefined && !known.includes(name) && !names.includes(old)) return old;
    return names.indexOf(name) === index ? name : `${name} ${index + 1}`;
  });
  return new Keyed(Object.fromEntries(members.map((member, index) => [keys[index], member])), keys);
}

const listed = ({ members, order }: Keyed): unknown[] =>
  order.map((key) => members[key]).filter((member) => member !== undefined);
