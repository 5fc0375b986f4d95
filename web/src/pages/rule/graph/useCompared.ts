// Another version of the rule in the same home over the same days, to stand beside what was tried.
import { useQuery } from "@tanstack/react-query";
import type { Simulation } from "../../../api/public";
import { versionsQuery } from "../../../api/rules";
import { simulate } from "../../../api/simulation";
import { sendable } from "../draft";
import type { Tried } from "../useSimulation";

export interface Compared {
  /** The numbers of the versions, the newest first. */
  numbers: number[];
  tried: Tried | undefined;
  error: Error | null;
}

/** `version`: which one is wanted, if any. It is tried after `tried`, for few trials may run at once. */
export function useCompared(tried: Tried | undefined, version: number | undefined): Compared {
  const ruleId = tried?.rule.id ?? "";
  const versions = useQuery({ ...versionsQuery(ruleId, tried?.rule.version), enabled: !!ruleId });
  const found = versions.data?.find((each) => each.rule.version === version)?.rule;
  const place = tried && {
    customerBuildingId: tried.simulation.customerBuildingId,
    from: tried.fromMs / 1000,
    to: tried.toMs / 1000,
  };
  const simulated = useQuery({
    queryKey: ["simulation", ruleId, version, place],
    enabled: !!found && !!place,
    staleTime: 60_000,
    queryFn: ({ signal }): Promise<Simulation> => {
      if (!found || !place) throw new Error("nothing is compared");
      return simulate({ rule: sendable(found), ...place }, () => undefined, signal);
    },
  });
  return {
    numbers: (versions.data ?? []).map((each) => each.rule.version ?? 0),
    tried: found && tried && simulated.data ? { ...tried, rule: found, simulation: simulated.data } : undefined,
    error: found ? simulated.error : null,
  };
}
