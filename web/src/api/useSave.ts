// A save of a form, and what is said of it: not of what is edited since.
import { type UseMutationOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";

/**
 * A mutation of its own, with `forget`, which takes back what was said of the last save. Never while one is under way,
 * whose end is still to be told; that is asked of the save itself, for what is drawn may be a moment older than a click.
 */
export function useSave<Saved, Body = void>(options: UseMutationOptions<Saved, Error, Body>) {
  const mutationKey = [useId()];
  const queries = useQueryClient();
  const save = useMutation({ ...options, mutationKey });
  const forget = () => {
    if (queries.isMutating({ mutationKey }) === 0) save.reset();
  };
  return { ...save, forget };
}
