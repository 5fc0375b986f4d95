import { describe, expect, it } from "vitest";
import { emptyTexts, isSame, newRule, sendable } from "./draft";

describe("sendable", () => {
  it("leaves out languages without a word and expressions without a character", () => {
    const rule = newRule();
    rule.notification!.texts = { en: { ...emptyTexts(), title: "Hello" }, de: emptyTexts() };
    rule.goalAchievedCondition = "  ";
    expect(Object.keys(sendable(rule).notification!.texts)).toEqual(["en"]);
    expect(sendable(rule).goalAchievedCondition).toBeNull();
  });
});

describe("isSame", () => {
  it("passes over order and what says nothing", () => {
    const { name, ...rest } = newRule();
    expect(isSame(newRule(), { ...rest, name, streakCondition: undefined })).toBe(true);
  });

  it("sees a changed threshold", () => {
    expect(isSame({ ...newRule(), condition: "1 > 2" }, { ...newRule(), condition: "1 > 3" })).toBe(false);
  });
});
