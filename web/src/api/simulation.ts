// A simulation with its progress, told in lines as it goes; closing the connection cancels it.
import type { Rule, Simulation } from "./public";
import { followTrial } from "./trialLines";

interface SimulationQuestion {
  rule: Rule;
  customerBuildingId: string;
  from?: number;
  to?: number;
}

/** The result; raises `Refused`. `onProgress` is told shares from 0 to 1. */
export function simulate(
  question: SimulationQuestion,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Simulation> {
  const onLine = (line: { progress: number }) => onProgress(line.progress);
  return followTrial("/rules/simulate/v1", question, onLine, signal);
}
