// A simulation with its progress, told in lines as it goes; closing the connection cancels it.
import { Refused, refusalOf } from "./client";
import { fetchWithToken, type Rule, type Simulation } from "./public";

interface SimulationQuestion {
  rule: Rule;
  customerBuildingId: string;
  from?: number;
  to?: number;
}

interface Line {
  progress?: number;
  result?: Simulation;
  problem?: unknown;
}

/** The result; raises `Refused`. `onProgress` is told shares from 0 to 1. */
export async function simulate(
  question: SimulationQuestion,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Simulation> {
  const response = await fetchWithToken(
    new Request(`${window.location.origin}/rules/simulate/v1`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/x-ndjson" },
      body: JSON.stringify(question),
      signal,
    }),
  ).catch((error: unknown): never => {
    throw signal.aborted || error instanceof Refused ? error : new Refused("unreachable", null);
  });
  if (!response.ok || !response.body) throw refusalOf(response, await response.json().catch(() => null));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const text of lines.filter(Boolean)) {
      const line = JSON.parse(text) as Line;
      if (line.result) return line.result;
      if (line.problem) throw refusalOf(response, line.problem);
      if (line.progress !== undefined) onProgress(line.progress);
    }
    if (done) throw new Refused("unreachable", null);
  }
}
