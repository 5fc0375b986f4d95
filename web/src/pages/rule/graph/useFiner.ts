// Asks for finer data of the part of the graph that is shown, once it rests.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answer } from "../../../api/client";
import { api } from "../../../api/public";
import type { Tried } from "../useSimulation";
import { type Finer, type Span, spanToAsk } from "./finer";

const PAUSE_MS = 200;

/** The finest that is known of a part; undefined while only the whole is. Where it cannot be asked the coarse lines stay. */
export function useFiner(
  { rule, simulation, fromMs: beginMs, toMs: endMs }: Tried,
  shown: Span | undefined,
): Finer | undefined {
  const [settled] = useDebouncedValue(shown, PAUSE_MS);
  const [span, setSpan] = useState<Span>();
  const { customerBuildingId } = simulation;
  const asked = useQuery({
    queryKey: ["series", customerBuildingId, rule.datasets, beginMs, endMs, span],
    enabled: span !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { fromMs, toMs } = span ?? { fromMs: 0, toMs: 0 };
      const body = { datasets: rule.datasets, customerBuildingId, from: fromMs / 1000, to: toMs / 1000 };
      return { of: simulation, fromMs, toMs, ...(await answer(api.POST("/rules/series/v1", { body }))) };
    },
  });
  const finer = asked.data?.of === simulation ? asked.data : undefined;

  useEffect(() => {
    if (!settled) return;
    const whole = { fromMs: beginMs, toMs: endMs };
    const next = spanToAsk(settled, whole, simulation.series, finer);
    if (next) setSpan(next);
  }, [settled, simulation, beginMs, endMs, finer]);

  return finer;
}
