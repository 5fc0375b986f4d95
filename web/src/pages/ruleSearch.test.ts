import { expect, it } from "vitest";
import { graphSearch } from "./backtest/graphSearch";
import { readBacktestSearch } from "./ruleSearch";

const known = (search: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(readBacktestSearch(search)).filter(([, value]) => value !== undefined));

it("reads what a backtest's address says, and nothing that it cannot mean", () => {
  const search = { what: "draft", compare: 2, sample: 20, buildings: ["a", 7], from: "2026-03-01", run: true };
  expect(known(search)).toEqual({ ...search, buildings: ["a", "7"] });
  expect(known({ what: "-1", compare: "x", sample: 0, buildings: "a", from: "yesterday", run: "no", view: 1 })).toEqual(
    {},
  );
});

it("leads to a home's graph with the version beside what the configurator shows", () => {
  const range = { from: "2026-03-01", to: "2026-03-02" };
  expect(graphSearch({}, "a", range)).toEqual({ building: "a", ...range });
  expect(graphSearch({ compare: 2 }, "a", range)).toEqual({ building: "a", ...range, beside: 2 });
  expect(graphSearch({ what: 3, compare: "draft" }, "a", range)).toEqual({ building: "a", ...range, beside: 3 });
});
