// A backtest over many homes: each home as soon as it is done, at the end the figures; closing the connection cancels it.
import type { Backtest, BacktestLine, Rule } from "./public";
import { followTrial } from "./trialLines";

/** One rule, or two to compare. `from` (inclusive) and `to` (exclusive) are epoch seconds; without homes it is all of them. */
export interface BacktestQuestion {
  rules: Rule[];
  from: number;
  to: number;
  sample?: number;
  customerBuildingIds?: string[];
}

/** The figures; raises `Refused`. */
export const backtest = (
  question: BacktestQuestion,
  onLine: (line: BacktestLine) => void,
  signal: AbortSignal,
): Promise<Backtest> => followTrial("/rules/backtest/v1", { ...question, perHome: true }, onLine, signal);
