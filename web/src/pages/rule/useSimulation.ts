// The draft tried on a home: which home and days stand in the address; what came out, and whether it is still of this draft.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { Rule, Simulation } from "../../api/public";
import { buildingsQuery } from "../../api/rules";
import { simulate } from "../../api/simulation";
import { dayAfter, instantOf } from "../../parts/localTime";
import { useSession } from "../../parts/session";
import type { RuleSearch } from "../ruleSearch";
import { isSame, sendable } from "./draft";

/** A simulation with the very rule that it tried. */
export interface Tried {
  rule: Rule;
  simulation: Simulation;
  timeZoneId: string;
}

export interface Trial {
  search: RuleSearch;
  change: (patch: RuleSearch) => void;
  timeZoneId: string;
  run: () => void;
  cancel: () => void;
  /** From 0 to 1; undefined while nothing runs. */
  progress: number | undefined;
  result: Tried | undefined;
  isOutdated: boolean;
  error: Error | null;
}

export function useSimulation(draft: Rule): Trial {
  const session = useSession();
  const search = useSearch({ strict: false }) as RuleSearch;
  const navigate = useNavigate();
  const buildings = useQuery(buildingsQuery);
  const [progress, setProgress] = useState<number>();
  const [result, setResult] = useState<Tried>();
  const [error, setError] = useState<Error | null>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const chosen = buildings.data?.find((each) => each.customerBuildingId === search.building);
  const timeZoneId = chosen?.timeZoneId ?? session.timeZoneId;

  const run = () => {
    if (!search.building) return;
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const rule = sendable(draft);
    setProgress(0);
    setError(null);
    const question = {
      rule,
      customerBuildingId: search.building,
      ...(search.from && { from: instantOf(search.from, timeZoneId) / 1000 }),
      ...(search.to && { to: instantOf(dayAfter(search.to), timeZoneId) / 1000 }),
    };
    simulate(question, setProgress, controller.signal)
      .then((simulation) => setResult({ rule, simulation, timeZoneId }))
      .catch((failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure : new Error(String(failure)));
      })
      .finally(() => {
        if (running.current === controller) setProgress(undefined);
      });
  };

  // A link that names a home shows it at once, as soon as its time zone is known.
  const isFirst = useRef(true);
  const runFirst = useEffectEvent(run);
  useEffect(() => {
    if (!isFirst.current || !buildings.isFetched) return;
    isFirst.current = false;
    runFirst();
  }, [buildings.isFetched]);

  return {
    search,
    change: (patch) =>
      void navigate({ to: ".", search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false }),
    timeZoneId,
    run,
    cancel: () => {
      running.current?.abort();
      setProgress(undefined);
    },
    progress,
    result,
    isOutdated: result !== undefined && !isSame(result.rule, draft),
    error,
  };
}
