// What every part of the configurator sees: the draft, how to change it, and what is said about its places.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createContext, useContext, useMemo } from "react";
import { answer, Refused } from "../../api/client";
import { api, type Finding, type Rule, type Simulation } from "../../api/public";
import { useSentences } from "../../texts/sentences";
import { sendable } from "./draft";
import type { PresentState } from "./usePresent";

const PAUSE_MS = 500;

export type Said = Pick<Finding, "pointer" | "severity" | "detail" | "hint" | "line">;

interface Editing {
  draft: Rule;
  edit: (patch: Partial<Rule>) => void;
  findings: Said[];
  /** The languages that texts are needed in. */
  languages: string[];
  simulation: Simulation | undefined;
  /** Whether a home is chosen to look at. */
  hasHome: boolean;
  present: PresentState | undefined;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("nothing is edited here");
  return editing;
}

/**
 * What is wrong with the draft, or doubtful, asked for whenever nobody has typed for a moment: `said` is undefined until
 * then, `failure` is why it could not be asked.
 */
export function useFindings(draft: Rule): { said: Said[] | undefined; failure: Error | null } {
  const say = useSentences();
  const [settled] = useDebouncedValue(draft, PAUSE_MS);
  const asked = useQuery({
    queryKey: ["check", settled],
    gcTime: 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Said[]> => {
      try {
        return await answer(api.POST("/rules/check/v1", { body: sendable(settled), signal }));
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== "invalid") throw error;
        return error.mistakes.map((mistake) => ({
          ...mistake,
          severity: "error",
          hint: mistake.hint ?? null,
          line: null,
        }));
      }
    },
  });
  const { data, error } = asked;
  const said = useMemo(
    () => data?.map((each) => ({ ...each, detail: say(each.detail), hint: each.hint && say(each.hint) })),
    [data, say],
  );
  return { said, failure: error };
}

/** The first error at a place, for the field that stands there. */
export function useErrorAt(pointer: string): string | undefined {
  const { findings } = useEditing();
  const found = findings.find((each) => each.pointer === pointer && each.severity === "error" && each.line === null);
  return found && [found.detail, found.hint].filter(Boolean).join(" ");
}
