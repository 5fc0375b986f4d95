// Asks for finer data of the part of the graph that is shown, once it rests.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Drawn, DrawnLine, Span } from "./drawn";
import { type Finer, spanToAsk } from "./finer";

const PAUSE_MS = 200;

/**
 * The finest that is known of a part; undefined while only the whole is. `key` tells what `ask` asks about. Where it cannot
 * be asked the coarse lines stay.
 */
export function useFiner(
  drawn: Drawn,
  shown: Span | undefined,
  key: unknown[],
  ask: (span: Span) => Promise<DrawnLine[]>,
): Finer | undefined {
  const { lines, fromMs: beginMs, toMs: endMs } = drawn;
  const [settled] = useDebouncedValue(shown, PAUSE_MS);
  const [span, setSpan] = useState<Span>();
  const asked = useQuery({
    queryKey: ["series", ...key, beginMs, endMs, span],
    enabled: span !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { fromMs, toMs } = span ?? { fromMs: 0, toMs: 0 };
      return { of: lines, fromMs, toMs, lines: await ask({ fromMs, toMs }) };
    },
  });
  const finer = asked.data?.of === lines ? asked.data : undefined;

  useEffect(() => {
    if (!settled) return;
    const next = spanToAsk(settled, { fromMs: beginMs, toMs: endMs }, lines, finer);
    if (next) setSpan(next);
  }, [settled, lines, beginMs, endMs, finer]);

  return finer;
}
