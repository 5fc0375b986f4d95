// What was said of the last save is not said of what is edited since.
import { useQueryClient } from "@tanstack/react-query";

/**
 * Takes back what was said of the last save. Never while a save is under way, whose end is still to be told; that is
 * asked of the saves themselves, for what is drawn may be a moment older than a click.
 */
export function useForget(save: { reset: () => void }) {
  const queries = useQueryClient();
  return () => {
    if (queries.isMutating() === 0) save.reset();
  };
}
