import { describe, expect, it } from "vitest";
import type { Rule } from "../../api/public";
import { emptyTexts, newRule } from "./draft";
import { mergedRule, partKey, partsOf } from "./merge";

const texts = (title: string) => ({ ...emptyTexts(), title });
const base: Rule = {
  ...newRule(),
  id: "a".repeat(24),
  name: "Much power",
  version: 3,
  condition: "AVG($Power) > 1000",
  notification: { ...newRule().notification!, texts: { de: texts("Viel"), en: texts("Much") } },
};
const withCases = (...labels: string[]): Rule => ({
  ...base,
  notification: null,
  notificationCases: labels.map((label) => ({ label, caseCondition: "true", notification: base.notification! })),
});
const theirsOf = (patch: Partial<Rule>, from: Rule = base): Rule => ({
  ...from,
  version: 4,
  updatedBy: "Vera",
  ...patch,
});
const said = (base: Rule, theirs: Rule, mine: Rule) =>
  partsOf(base, theirs, mine).map((part) => `${partKey(part)}: ${part.by}`);

describe("what one side changed", () => {
  it("is taken by itself, and the result is of the newest version", () => {
    const theirs = theirsOf({ match_threshold: 3 });
    const mine = { ...base, condition: "AVG($Power) > 1500", tags: ["sun"] };
    expect(said(base, theirs, mine)).toEqual(["tags: mine", "condition: mine", "match_threshold: theirs"]);
    const merged = mergedRule(base, theirs, mine, {});
    expect(merged).toMatchObject({ condition: "AVG($Power) > 1500", match_threshold: 3, tags: ["sun"], version: 4 });
  });

  it("goes down to one language of the texts", () => {
    const of = (patch: object) => ({
      notification: { ...base.notification!, texts: { ...base.notification!.texts, ...patch } },
    });
    const theirs = theirsOf(of({ de: texts("Sehr viel"), fr: texts("Beaucoup") }));
    const mine = { ...base, ...of({ en: texts("Very much") }) };
    expect(mergedRule(base, theirs, mine, {}).notification?.texts).toEqual({
      de: texts("Sehr viel"),
      fr: texts("Beaucoup"),
      en: texts("Very much"),
    });
  });

  it("is nothing where both did the same", () => {
    const patch = { condition: "AVG($Power) > 9", priority: "high" as const };
    expect(partsOf(base, theirsOf(patch), { ...base, ...patch })).toEqual([]);
  });
});

describe("what both changed", () => {
  it("is as chosen", () => {
    const theirs = theirsOf({ condition: "AVG($Power) > 2000" });
    const mine = { ...base, condition: "AVG($Power) > 1500" };
    expect(said(base, theirs, mine)).toEqual(["condition: both"]);
    expect(mergedRule(base, theirs, mine, { condition: "mine" }).condition).toBe("AVG($Power) > 1500");
    expect(mergedRule(base, theirs, mine, { condition: "theirs" }).condition).toBe("AVG($Power) > 2000");
  });

  it("a switch goes with what it switches", () => {
    const streak = { ...base, isStreak: true, streakCondition: "MAX($Power) > 1" };
    const theirs = theirsOf({ isStreak: false, streakCondition: null }, streak);
    const mine = { ...streak, streakCondition: "MAX($Power) > 2" };
    expect(said(streak, theirs, mine)).toEqual(["streakCondition: both"]);
    expect(mergedRule(streak, theirs, mine, { streakCondition: "mine" })).toMatchObject({
      isStreak: true,
      streakCondition: "MAX($Power) > 2",
    });
    expect(mergedRule(streak, theirs, mine, { streakCondition: "theirs" }).isStreak).toBe(false);
  });

  it("one took away what the other changed", () => {
    const theirs = theirsOf({ datasets: [] });
    const mine = { ...base, datasets: [{ ...base.datasets[0]!, timespanSeconds: 60 }] };
    expect(said(base, theirs, mine)).toEqual(["datasets/Power: both"]);
    expect(mergedRule(base, theirs, mine, { "datasets/Power": "mine" }).datasets).toEqual(mine.datasets);
    expect(mergedRule(base, theirs, mine, { "datasets/Power": "theirs" }).datasets).toEqual([]);
  });
});

describe("lists", () => {
  const dataset = (name: string) => ({ ...base.datasets[0]!, name });
  const names = (rule: Rule) => rule.datasets.map((each) => each.name);
  const labels = (rule: Rule) => rule.notificationCases.map((each) => each.label);

  it("keep what each side added, behind what stood before it", () => {
    const theirs = theirsOf({ datasets: [dataset("First"), dataset("Power")] });
    const mine = { ...base, datasets: [dataset("Power"), dataset("Last")] };
    expect(names(mergedRule(base, theirs, mine, {}))).toEqual(["First", "Power", "Last"]);
  });

  it("lose what one side took away", () => {
    const three = { ...base, datasets: [dataset("A"), dataset("B"), dataset("C")] };
    const theirs = theirsOf({ datasets: [dataset("A"), dataset("C")] }, three);
    const mine = { ...three, datasets: [dataset("B"), dataset("C")] };
    expect(names(mergedRule(three, theirs, mine, {}))).toEqual(["C"]);
  });

  it("take a new order together with a changed member", () => {
    const before = withCases("A", "B", "C");
    const theirs = theirsOf(withCases("C", "A", "B"), before);
    const mine = withCases("A", "B", "C");
    mine.notificationCases[1] = { ...mine.notificationCases[1]!, caseCondition: "false" };
    const merged = mergedRule(before, { ...theirs, version: 4 }, mine, {});
    expect(labels(merged)).toEqual(["C", "A", "B"]);
    expect(merged.notificationCases[2]?.caseCondition).toBe("false");
  });

  it("ask where both put them in another order", () => {
    const before = withCases("A", "B", "C");
    const [theirs, mine] = [withCases("B", "A", "C"), withCases("A", "C", "B")];
    expect(said(before, theirs, mine)).toEqual(["notificationCases/order: both"]);
    expect(labels(mergedRule(before, theirs, mine, { "notificationCases/order": "mine" }))).toEqual(["A", "C", "B"]);
  });

  it("know a member that was renamed at its place", () => {
    const before = withCases("A", "B");
    const theirs = withCases("A", "Better");
    const mine = withCases("A", "B");
    mine.notificationCases[1] = { ...mine.notificationCases[1]!, caseCondition: "false" };
    const merged = mergedRule(before, theirs, mine, {});
    expect(merged.notificationCases.map((each) => [each.label, each.caseCondition])).toEqual([
      ["A", "true"],
      ["Better", "false"],
    ]);
  });
});

it("one notification against cases is one choice", () => {
  const theirs = theirsOf({ notification: null, notificationCases: withCases("A").notificationCases });
  const mine = { ...base, notification: { ...base.notification!, command: '"ON"' } };
  expect(said(base, theirs, mine)).toEqual(["notification: both", "notificationCases/A: theirs"]);
});

it("a case may be called anything", () => {
  const of = (...labels: string[]) => withCases(...labels);
  const theirs = theirsOf({ match_threshold: 3 }, of("#", "A"));
  expect(
    mergedRule(of("#", "A"), theirs, of("A", "#", "constructor"), {}).notificationCases.map((each) => each.label),
  ).toEqual(["A", "#", "constructor"]);
});
