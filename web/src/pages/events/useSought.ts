// What the address says as what is asked for: days begin by the home's own clock, or by the customer's without a home.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Refused } from "../../api/client";
import type { SoughtEvents } from "../../api/events";
import { buildingQuery } from "../../api/rules";
import { dayAfter, instantOf } from "../../parts/localTime";
import { useSession } from "../../parts/session";
import type { EventSearch } from "../eventSearch";

const PAUSE_MS = 250;
const DEVICE_ID = /^[a-zA-Z0-9:._-]{3,64}$/;

export function useSought({ view, building, device, types, from, to }: EventSearch) {
  const session = useSession();
  const [settled] = useDebouncedValue(building, PAUSE_MS);
  const found = useQuery({ ...buildingQuery(settled ?? ""), enabled: settled !== undefined });
  const timeZoneId = found.data?.timeZoneId ?? session.timeZoneId;
  // While half of an id stands there, it is looked for nowhere.
  const [settledDevice] = useDebouncedValue(device, PAUSE_MS);
  const deviceId = settledDevice && DEVICE_ID.test(settledDevice) ? settledDevice : undefined;
  const hasRange = view === "list" || view === "graph";
  const key = JSON.stringify([settled, deviceId, types, from, to, hasRange, timeZoneId]);
  const sought = useMemo(
    (): SoughtEvents => ({
      building: settled,
      device: deviceId,
      type: types,
      fromMs: hasRange && from ? instantOf(from, timeZoneId) : undefined,
      toMs: hasRange && to ? instantOf(dayAfter(to), timeZoneId) : undefined,
    }),
    [key],
  );
  const isUnknown = found.error instanceof Refused && found.error.code === "not_found";
  return { sought, timeZoneId, isUnknown };
}
