// An import under way: the file goes to the server part by part, and each part is stored before the next is read.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { answer, client, Refused } from "../../api/client";
import type { Mapping, Refusal } from "../../api/events";
import { partOf } from "./csvParts";

const PART_BYTES = 256 * 1024;
const MOST_TRIES = 5;
export const MOST_REFUSALS_KEPT = 50_000;

export interface Going {
  state: "running" | "stopped" | "failed" | "done";
  /** Of the file, how far it is stored. */
  sentBytes: number;
  lines: number;
  accepted: number;
  refused: number;
  /** At most the first `MOST_REFUSALS_KEPT`. */
  refusals: Refusal[];
  fromMs: number | null;
  toMs: number | null;
  resume: string;
  error: Error | null;
}

interface Begin {
  building: string;
  file: File;
  header: string;
  mapping: Mapping;
}

export function useImport() {
  const queries = useQueryClient();
  const [going, setGoing] = useState<Going>();
  const [error, setError] = useState<Error | null>(null);
  const isStopped = useRef(false);
  // Whoever leaves stops it; what is stored stays.
  useEffect(
    () => () => {
      isStopped.current = true;
    },
    [],
  );

  async function run(file: File, from: Going): Promise<void> {
    isStopped.current = false;
    let now: Going = { ...from, state: "running", error: null };
    const tell = (change: Partial<Going>) => {
      now = { ...now, ...change };
      setGoing(now);
    };
    tell({});
    try {
      while (now.sentBytes < file.size && !isStopped.current) {
        const part = await partOf(file, now.sentBytes, PART_BYTES);
        // The header came with the beginning.
        const text = now.sentBytes === 0 ? part.text.slice(firstLine(part.text).length) : part.text;
        const taken = await patiently(() =>
          answer(client.POST("/console/api/events/imports/parts", { body: { resume: now.resume, text } })),
        );
        const { refusals, ...rest } = taken;
        tell({
          ...rest,
          sentBytes: part.end,
          refusals: [...now.refusals, ...refusals].slice(0, MOST_REFUSALS_KEPT),
        });
      }
      const isWhole = now.sentBytes >= file.size;
      await patiently(() =>
        answer(client.POST("/console/api/events/imports/end", { body: { resume: now.resume, isWhole } })),
      );
      tell({ state: isWhole ? "done" : "stopped" });
    } catch (failure) {
      tell({ state: "failed", error: failure instanceof Error ? failure : new Error(String(failure)) });
    }
    for (const key of ["events", "buildings"]) void queries.invalidateQueries({ queryKey: [key] });
  }

  return {
    going,
    /** Why it did not begin. */
    error,
    begin: async ({ building, file, header, mapping }: Begin) => {
      setError(null);
      try {
        const body = { building, file: file.name.slice(0, 200), sizeBytes: file.size, header, mapping };
        const { resume } = await answer(client.POST("/console/api/events/imports", { body }));
        await run(file, { ...NOTHING, resume });
      } catch (failure) {
        setError(failure instanceof Error ? failure : new Error(String(failure)));
      }
    },
    goOn: (file: File) => going && run(file, going),
    stop: () => {
      isStopped.current = true;
    },
    forget: () => {
      setGoing(undefined);
      setError(null);
    },
  };
}

const NOTHING: Going = {
  state: "running",
  sentBytes: 0,
  lines: 1,
  accepted: 0,
  refused: 0,
  refusals: [],
  fromMs: null,
  toMs: null,
  resume: "",
  error: null,
};

/** With its end. */
export const firstLine = (text: string): string => /^[^\r\n]*(\r\n|\n|\r)?/.exec(text)?.[0] ?? "";

/** Once more, after a while, when the server takes nothing at present: a part that comes twice is harmless. */
async function patiently<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (failure) {
      const isPassing =
        failure instanceof Refused && ["unavailable", "unreachable", "too_many_requests"].includes(failure.code);
      if (!isPassing || tries === MOST_TRIES) throw failure;
      const seconds = failure.retryAfterSeconds ?? 2 ** tries;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
