// A run of a backtest: begun, followed home by home, cancelled. What came out is kept a while, so that the way back shows it.
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { backtest, type BacktestQuestion } from "../../api/backtest";
import type { Backtest, HomeTried } from "../../api/public";

const KEPT_MS = 30 * 60_000;

export interface Run {
  state: "running" | "done" | "cancelled" | "failed";
  startedAtMs: number;
  /** From 0 to 1. */
  progress: number;
  homesDone: number;
  /** Of so many; undefined until the first line says so. */
  homesTotal: number | undefined;
  homes: HomeTried[];
  result: Backtest | undefined;
  error: Error | undefined;
}

export interface Running {
  run: Run | undefined;
  start: () => void;
  cancel: () => void;
}

/** `isWanted`: whether a question that was not asked yet is asked at once. */
export function useBacktest(question: BacktestQuestion | undefined, isWanted: boolean): Running {
  const queries = useQueryClient();
  const key = ["backtest", question];
  const kept = useQuery<Run>({ queryKey: key, queryFn: skipToken, staleTime: Infinity, gcTime: KEPT_MS });
  const running = useRef<AbortController>(undefined);
  const asked = JSON.stringify(question);

  const start = () => {
    if (!question) return;
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const begun: Run = {
      state: "running",
      startedAtMs: Date.now(),
      progress: 0,
      homesDone: 0,
      homesTotal: undefined,
      homes: [],
      result: undefined,
      error: undefined,
    };
    queries.setQueryData<Run>(key, begun);
    // A run that was replaced by a newer one of the same question says no more.
    const tell = (change: (before: Run) => Partial<Run>) =>
      queries.setQueryData<Run>(key, (before) =>
        before?.startedAtMs === begun.startedAtMs ? { ...before, ...change(before) } : before,
      );
    backtest(
      question,
      (line) =>
        tell((before) => ({
          progress: line.progress,
          homesDone: line.homesDone,
          homesTotal: line.homes,
          homes: line.perHome ? [...before.homes, ...line.perHome] : before.homes,
        })),
      controller.signal,
    )
      .then((result) => tell(() => ({ state: "done", progress: 1, result })))
      .catch((failure: unknown) => {
        const error = failure instanceof Error ? failure : new Error(String(failure));
        tell(() => (controller.signal.aborted ? { state: "cancelled" } : { state: "failed", error }));
      });
  };

  const startUnasked = useEffectEvent(() => {
    if (isWanted && !kept.data) start();
  });
  useEffect(() => startUnasked(), [asked, isWanted]);
  // Whoever leaves, or asks something else, no longer waits for it.
  useEffect(() => () => running.current?.abort(), [asked]);

  return { run: kept.data, start, cancel: () => running.current?.abort() };
}
