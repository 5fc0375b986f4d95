// From a home of a backtest to the data graph of the configurator: the same days, and the other version beside it.
import type { BacktestSearch, RuleSearch } from "../ruleSearch";
import type { Range } from "./Choices";

/** The configurator shows the draft where there is one, else the saved rule; a version can stand beside it. */
export function graphSearch({ what, compare }: BacktestSearch, building: string, { from, to }: Range): RuleSearch {
  const beside = [what, compare].find((subject) => typeof subject === "number");
  return { building, from, to, ...(typeof beside === "number" && { beside }) };
}
