// What a form of fulfilment is filled with: as it was read when the form began, or saved last, so that what somebody else changes
// meanwhile, and the page hears of by itself, does not slip in below it.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Fulfilment, fulfilmentQuery } from "../../api/fulfilment";

/** `find`: the same in what is stored by now. `round` is another one after each `loadAnew`: the form's key. */
export function useRead<T>(shown: T, find: (fresh: Fulfilment) => T | undefined) {
  const queries = useQueryClient();
  const [{ read, round }, setState] = useState({ read: shown, round: 0 });
  return {
    read,
    round,
    onSaved: (saved: T) => setState({ read: saved, round }),
    onLoadAnew: async () => {
      const fresh = await queries.fetchQuery({ ...fulfilmentQuery, staleTime: 0 });
      setState({ read: find(fresh) ?? read, round: round + 1 });
    },
  };
}
