// Trials answer in lines, progress first and the result last; closing the connection cancels the work on the server.
import { Refused, refusalOf } from "./client";
import { fetchWithToken } from "./public";

interface LastLine<Result> {
  result?: Result;
  problem?: unknown;
}

/** The result; raises `Refused`. `onLine` is told each line before the last. */
export async function followTrial<Line, Result>(
  path: string,
  question: unknown,
  onLine: (line: Line) => void,
  signal: AbortSignal,
): Promise<Result> {
  const unreachable = (error: unknown): never => {
    throw signal.aborted || error instanceof Refused ? error : new Refused("unreachable", null);
  };
  const response = await fetchWithToken(
    new Request(window.location.origin + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/x-ndjson" },
      body: JSON.stringify(question),
      signal,
    }),
  ).catch(unreachable);
  if (!response.ok || !response.body) throw refusalOf(response, await response.json().catch(() => null));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(unreachable);
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const text of lines.filter(Boolean)) {
      const line = JSON.parse(text) as Line & LastLine<Result>;
      if (line.result !== undefined) return line.result;
      if (line.problem !== undefined) throw refusalOf(response, line.problem);
      onLine(line);
    }
    if (done) throw new Refused("unreachable", null);
  }
}
