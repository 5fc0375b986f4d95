// What the draft's expressions and datasets are in the chosen home now, asked for whenever nobody has typed for a moment.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answer, Refused } from "../../api/client";
import { api, type PresentDataset, type PresentValue, type Rule } from "../../api/public";
import { sendable } from "./draft";

const PAUSE_MS = 500;
const AGAIN_MS = 60_000;
const MOST_ATTEMPTS = 6;

export interface PresentState {
  /** The newest event of the datasets. */
  atMs: number;
  timeZoneId: string;
  datasets: Map<string, PresentDataset>;
  /** By the JSON pointer of the expression. */
  values: Map<string, PresentValue>;
  /** Whether it is of what stood there before the last keys. */
  isOutdated: boolean;
}

/** Waits while `isBusy`, so that a simulation has the machine to itself. undefined while nothing is known, or no home is chosen. */
export function usePresent(
  draft: Rule,
  customerBuildingId: string | undefined,
  timeZoneId: string,
  isBusy: boolean,
): PresentState | undefined {
  const [settled] = useDebouncedValue(draft, PAUSE_MS);
  const asked = useQuery({
    queryKey: ["present", customerBuildingId, settled],
    enabled: customerBuildingId !== undefined && !isBusy,
    gcTime: 0,
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    retry: (attempts, error) =>
      error instanceof Refused && error.code === "too_many_requests" && attempts < MOST_ATTEMPTS,
    retryDelay: (_attempts, error) => (error instanceof Refused ? (error.retryAfterSeconds ?? 5) * 1000 : 5_000),
    // Not given up when the next key is typed: what answers would have to begin anew.
    queryFn: () =>
      answer(
        api.POST("/rules/values/v1", {
          body: { rule: sendable(settled), customerBuildingId: customerBuildingId ?? "" },
        }),
      ),
  });
  const { data } = asked;
  // An answer about another home tells nothing of this one.
  if (!data || data.customerBuildingId !== customerBuildingId) return undefined;
  return {
    atMs: Date.parse(data.at),
    timeZoneId,
    datasets: new Map(data.datasets.map((each) => [each.name, each])),
    values: new Map(data.values.map((each) => [each.pointer, each])),
    isOutdated: draft !== settled || asked.isPlaceholderData,
  };
}
