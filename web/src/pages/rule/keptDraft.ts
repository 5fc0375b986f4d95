// An unsaved draft, kept while its author looks at a backtest. Gone with the page, and as soon as nobody is signed in.
import type { QueryClient } from "@tanstack/react-query";
import type { Rule } from "../../api/public";

/** `base`: what the draft was begun with. Without it nobody could tell afterwards who changed what. */
export interface Kept {
  base: Rule;
  draft: Rule;
}

const keyOf = (ruleId: string) => ["drafts", ruleId];

export function keepDraft(queries: QueryClient, kept: Kept): void {
  const queryKey = keyOf(kept.draft.id ?? "");
  queries.setQueryDefaults(queryKey, { gcTime: Infinity });
  queries.setQueryData(queryKey, kept);
}

export const keptDraft = (queries: QueryClient, ruleId: string): Kept | undefined =>
  queries.getQueryData<Kept>(keyOf(ruleId));

/** From now on it is in the editor alone. */
export const forgetDraft = (queries: QueryClient, ruleId: string): void =>
  queries.removeQueries({ queryKey: keyOf(ruleId) });
