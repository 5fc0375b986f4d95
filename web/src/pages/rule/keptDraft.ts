// An unsaved draft, kept while its author looks at a backtest. Gone with the page, and as soon as nobody is signed in.
import type { QueryClient } from "@tanstack/react-query";
import type { Rule } from "../../api/public";

const keyOf = (ruleId: string) => ["drafts", ruleId];

export function keepDraft(queries: QueryClient, draft: Rule): void {
  const queryKey = keyOf(draft.id ?? "");
  queries.setQueryDefaults(queryKey, { gcTime: Infinity });
  queries.setQueryData(queryKey, draft);
}

export const keptDraft = (queries: QueryClient, ruleId: string): Rule | undefined =>
  queries.getQueryData<Rule>(keyOf(ruleId));

/** From now on it is in the editor alone. */
export const forgetDraft = (queries: QueryClient, ruleId: string): void =>
  queries.removeQueries({ queryKey: keyOf(ruleId) });
