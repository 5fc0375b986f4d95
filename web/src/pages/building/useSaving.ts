// Changes a building from a form: as it was read when the form began, so that what somebody else changes meanwhile is not overwritten.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Building, type Household, householdQuery, useChangeBuilding } from "../../api/buildings";

interface Hooks {
  /** The building as it is by now, after somebody else's change. */
  onFresh: (fresh: Building) => void;
  onSaved?: () => void;
}

export function useSaving(household: Household, { onFresh, onSaved }: Hooks) {
  const queries = useQueryClient();
  const id = household.building.customerBuildingId;
  // As it was read when this form began, or saved last: a change of somebody else must not slip in below it.
  const [read, setRead] = useState(household);
  const change = useChangeBuilding(id, (saved) => {
    setRead(saved);
    onSaved?.();
  });
  const loadAnew = async () => {
    const fresh = await queries.fetchQuery({ ...householdQuery(id), staleTime: 0 });
    change.reset();
    setRead(fresh);
    onFresh(fresh.building);
  };
  const save = (building: Building) => change.mutate({ building, etag: read.etag });
  return { read: read.building, change, save, loadAnew };
}

export type Saving = ReturnType<typeof useSaving>;
