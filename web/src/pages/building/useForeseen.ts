// What a tariff would say of a week while it is edited, and what of it would be refused: asked of the server, a pause after the last key.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { type Foreseen, foreseenPricesQuery, type Tariff } from "../../api/buildings";
import { asSent } from "./tariffDraft";
import type { PresentWeek } from "./TariffWeek";

const PAUSE_MS = 300;

export function useForeseen(
  customerBuildingId: string,
  draft: Tariff | null,
  saved: Tariff | null,
  { fromMs, toMs }: PresentWeek,
) {
  const [settled] = useDebouncedValue(draft, PAUSE_MS);
  const sent = settled && asSent(settled, saved);
  const asked = useQuery(foreseenPricesQuery(customerBuildingId, sent, fromMs, toMs));
  // What was seen last of its kind stays while the draft is wrong, or the server silent.
  const last = useRef<Foreseen>(undefined);
  if (asked.data?.prices) last.current = asked.data;
  const isOfKind = !asked.data || last.current?.type === asked.data.type;
  const prices = (isOfKind ? last.current?.prices : null) ?? (asked.data && []);
  return { prices, refused: asked.data?.refused ?? null, asked };
}
