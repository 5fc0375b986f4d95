// What the rule really made where it is tried.
import { useQuery } from "@tanstack/react-query";
import type { MadeNotification } from "../../../api/public";
import { madeQuery } from "../../../api/rules";
import { useAllowed } from "../../../parts/session";
import { useEditing } from "../editing";
import type { Tried } from "../useSimulation";

const NONE: MadeNotification[] = [];

/** The API tells of the newest first; a simulation, and what is shown beside it, goes on in time. */
const inOrderOfTime = (made: MadeNotification[]) => made.toReversed();

/** In the home and range of a simulation, in the order of time; null where the rule is not saved, or what it made may not be seen. */
export function useMade({ simulation, fromMs, toMs }: Tried) {
  const { draft } = useEditing();
  const mayRead = useAllowed("read:pushnotifications");
  const { customerBuildingId } = simulation;
  const { data, isError, refetch } = useQuery({
    ...madeQuery(draft.id ?? "", customerBuildingId, fromMs, toMs),
    select: inOrderOfTime,
    enabled: Boolean(draft.id) && mayRead,
  });
  if (!draft.id || !mayRead) return null;
  return { notifications: data ?? NONE, isKnown: data !== undefined, isBroken: isError && !data, refetch };
}
