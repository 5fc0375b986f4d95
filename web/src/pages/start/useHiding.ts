// Whether the overview reminds the member of on-boarding.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, client } from "../../api/client";
import { onboardingQuery } from "../../api/onboarding";
import { sessionQuery } from "../../api/queries";

export function useHiding() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (isHidden: boolean) => answer(client.PUT("/console/api/onboarding/hiding", { body: { isHidden } })),
    onSuccess: () =>
      Promise.all([onboardingQuery, sessionQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey }))),
  });
}
