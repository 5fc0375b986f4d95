import { describe, expect, it } from "vitest";
import type { Rule } from "../../api/public";
import { shownRules, tagsOf } from "./ruleList";

const rule = (name: string, ruleState: Rule["ruleState"], tags: string[] = []) =>
  ({ name, ruleState, tags, description: "", condition: "AVG($Power) > 1" }) as unknown as Rule;

const rules = [
  rule("Zebra", "DRAFT", ["sun"]),
  rule("Much power", "INACTIVE", ["power"]),
  rule("Battery full", "ACTIVE", ["sun", "battery"]),
  rule("Äpfel", "ACTIVE"),
];
const names = (found: Rule[]) => found.map((each) => each.name);

describe("shownRules", () => {
  it("puts the active ones first, then by name", () => {
    expect(names(shownRules(rules, {}, "de"))).toEqual(["Äpfel", "Battery full", "Much power", "Zebra"]);
  });

  it("takes every word of a search, in name, tags and condition", () => {
    expect(names(shownRules(rules, { q: "SUN full" }, "en"))).toEqual(["Battery full"]);
    expect(names(shownRules(rules, { q: "avg" }, "en"))).toHaveLength(4);
  });

  it("filters by state and tag together", () => {
    expect(names(shownRules(rules, { state: "DRAFT", tag: "sun" }, "en"))).toEqual(["Zebra"]);
  });
});

it("names each tag once", () => expect(tagsOf(rules)).toEqual(["battery", "power", "sun"]));
