// What the rule really made where it is tried.
import { useQuery } from "@tanstack/react-query";
import type { MadeNotification } from "../../../api/public";
import { madeQuery } from "../../../api/rules";
import { useAllowed } from "../../../parts/session";
import { useEditing } from "../editing";
import type { Tried } from "../useSimulation";

const NONE: MadeNotification[] = [];

/** In the home and range of a simulation; undefined where the rule is not saved, or what it made may not be seen. */
export function useMade({ simulation, fromMs, toMs }: Tried): MadeNotification[] | undefined {
  const { draft } = useEditing();
  const mayRead = useAllowed("read:pushnotifications");
  const { customerBuildingId } = simulation;
  const asked = useQuery({
    ...madeQuery(draft.id ?? "", customerBuildingId, fromMs, toMs),
    enabled: Boolean(draft.id) && mayRead,
  });
  return draft.id && mayRead ? (asked.data ?? NONE) : undefined;
}
