import { expect, it } from "vitest";
import { ruleAtFault } from "./mistakes";

const at = (...pointers: string[]) => pointers.map((pointer) => ({ pointer, detail: "wrong" }));

it("names the rule and places in it", () => {
  const found = ruleAtFault(at("/rules/1/condition", "/rules/1/datasets/0/name"));
  expect(found?.place).toBe(1);
  expect(found?.mistakes.map(({ pointer }) => pointer)).toEqual(["/condition", "/datasets/0/name"]);
});

it("finds no rule in what is wrong elsewhere", () => {
  expect(ruleAtFault(at("/customerBuildingIds/0"))).toBeUndefined();
  expect(ruleAtFault([])).toBeUndefined();
});
