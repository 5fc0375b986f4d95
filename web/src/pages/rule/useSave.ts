// Saving: a new rule or a new version. Who saved meanwhile is told, and nothing is overwritten unasked.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useState } from "react";
import { answer, Refused } from "../../api/client";
import { api, type Rule } from "../../api/public";
import { ruleQuery, rulesQuery } from "../../api/rules";
import { sendable } from "./draft";

export interface Save {
  save: () => void;
  isPending: boolean;
  isDone: boolean;
  refusal: Error | null;
  /** The rule as somebody else saved it meanwhile. */
  theirs: Rule | null;
  /** Saves what was brought together as the version behind `theirs`. */
  saveMerged: (merged: Rule) => void;
  dismiss: () => void;
}

interface Sent {
  sent: Rule;
  isMerged: boolean;
}

export function useSave(
  draft: Rule,
  onSaved: (saved: Rule, sent: Rule) => void,
  onMerged: (saved: Rule) => void,
  isLeavingAllowed: RefObject<boolean>,
): Save {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [theirs, setTheirs] = useState<Rule | null>(null);
  const saving = useMutation({
    mutationFn: async ({ sent }: Sent): Promise<Rule | null> => {
      const { version } = sent;
      const ruleId = sent.id;
      if (!ruleId) return answer(api.POST("/rules/v1", { body: sendable(sent) }));
      try {
        const path = { ruleId };
        return await answer(api.PUT("/rules/{ruleId}/v1", { params: { path }, body: sendable(sent) }));
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== "conflict") throw error;
        const newest = await answer(api.GET("/rules/{ruleId}/v1", { params: { path: { ruleId } } }));
        if (newest.version === version) throw error; // the name is another rule's
        setTheirs(newest);
        return null;
      }
    },
    onSuccess: async (saved, { sent, isMerged }) => {
      if (!saved?.id) return;
      setTheirs(null);
      if (isMerged) onMerged(saved);
      else onSaved(saved, sent);
      queries.setQueryData(ruleQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
      if (sent.id) return;
      isLeavingAllowed.current = true;
      await navigate({
        to: "/rules/$ruleId",
        params: { ruleId: saved.id },
        search: (search) => ({ ...search, like: undefined }),
        replace: true,
      });
    },
  });
  return {
    save: () => saving.mutate({ sent: draft, isMerged: false }),
    isPending: saving.isPending,
    isDone: saving.isSuccess && saving.data !== null,
    refusal: saving.error,
    theirs,
    saveMerged: (merged) => saving.mutate({ sent: merged, isMerged: true }),
    dismiss: () => setTheirs(null),
  };
}
