// The draft tried on a home: which home and days stand in the address; what came out, and whether it is still of this draft.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Refused } from "../../api/client";
import type { Rule, Simulation } from "../../api/public";
import { buildingQuery } from "../../api/rules";
import { simulate } from "../../api/simulation";
import { dayAfter, instantOf } from "../../parts/localTime";
import { useSession } from "../../parts/session";
import type { RuleSearch } from "../ruleSearch";
import { isSame, sendable } from "./draft";

const PAUSE_MS = 250;

/** A simulation with the very rule that it tried. */
export interface Tried {
  rule: Rule;
  simulation: Simulation;
  timeZoneId: string;
  /** The range [fromMs, toMs). */
  fromMs: number;
  toMs: number;
}

export interface Trial {
  search: RuleSearch;
  change: (patch: RuleSearch) => void;
  /** The chosen home's, or the customer's while no home is known. */
  timeZoneId: string;
  /** The id of the chosen home, once it is known that there is one. */
  home: string | undefined;
  isUnknown: boolean;
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
  const queries = useQueryClient();
  const [progress, setProgress] = useState<number>();
  const [result, setResult] = useState<Tried>();
  const [error, setError] = useState<Error | null>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const typed = search.building?.trim() ?? "";
  const [settled] = useDebouncedValue(typed, PAUSE_MS);
  const found = useQuery({ ...buildingQuery(settled), enabled: settled !== "" });
  const chosen = typed === settled ? found.data : undefined;
  const timeZoneId = chosen?.timeZoneId ?? session.timeZoneId;

  const run = () => {
    if (!typed) return;
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const rule = sendable(draft);
    setProgress(0);
    setError(null);
    const tried = async () => {
      // Days begin by the home's own clock, so it must be known first.
      const zone = (await queries.fetchQuery(buildingQuery(typed))).timeZoneId ?? session.timeZoneId;
      const question = {
        rule,
        customerBuildingId: typed,
        ...(search.from && { from: instantOf(search.from, zone) / 1000 }),
        ...(search.to && { to: instantOf(dayAfter(search.to), zone) / 1000 }),
      };
      const simulation = await simulate(question, setProgress, controller.signal);
      // An end that nobody chose is right behind the newest event, and told in whole seconds.
      const toMs = Date.parse(simulation.to) + (search.to ? 0 : 1000);
      setResult({ rule, simulation, timeZoneId: zone, fromMs: Date.parse(simulation.from), toMs });
    };
    tried()
      .catch((failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure : new Error(String(failure)));
      })
      .finally(() => {
        if (running.current === controller) setProgress(undefined);
      });
  };

  // A link that names a home shows it at once.
  const runFirst = useEffectEvent(run);
  useEffect(() => runFirst(), []);

  return {
    search,
    change: (patch) =>
      void navigate({ to: ".", search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false }),
    timeZoneId,
    home: chosen?.customerBuildingId,
    isUnknown: typed === settled && found.error instanceof Refused && found.error.code === "not_found",
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
