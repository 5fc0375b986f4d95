// Events of a building as lines over time, finer where one looks closer, or the same in tables.
import "../../styles/graph.css";
import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../../api/client";
import { eventLines, eventLinesQuery, type SoughtEvents } from "../../api/events";
import { useSentences } from "../../texts/sentences";
import { Later } from "../Later";
import { Refusal } from "../Refusal";
import type { Area, Drawn, Span } from "./drawn";
import { LineTables } from "./LineTables";
import { useFiner } from "./useFiner";

const LineGraph = lazy(() => import("./LineGraph"));

interface Props {
  /** Drawn again when it is another: keep it while the same is asked. */
  asked: SoughtEvents & Span;
  timeZoneId: string;
  /** What the tables are called. */
  title: string;
  isTable: boolean;
}

export function EventLines({ asked, timeZoneId, title, isTable }: Props) {
  const { t } = useTranslation();
  const say = useSentences();
  const lines = useQuery(eventLinesQuery(asked));
  const drawn = useMemo(
    (): Drawn | undefined => lines.data && { lines: lines.data, timeZoneId, fromMs: asked.fromMs, toMs: asked.toMs },
    [lines.data, timeZoneId, asked],
  );
  // More lines than can be told apart: it says what to choose.
  const tooMany = lines.error instanceof Refused && lines.error.mistakes.find(({ pointer }) => pointer === "/type");
  if (tooMany) return <NoLines text={say(tooMany.detail)} />;
  if (lines.isError) return <Refusal error={lines.error} onAgain={() => void lines.refetch()} />;
  if (!drawn) return <Skeleton height="22rem" aria-hidden />;
  if (drawn.lines.length === 0) return <NoLines text={t("events.none")} />;
  if (!isTable) return <Graph drawn={drawn} asked={asked} />;
  return (
    <div className="graph-tables" tabIndex={0} role="region" aria-label={title}>
      <LineTables drawn={drawn} />
    </div>
  );
}

function Graph({ drawn, asked }: { drawn: Drawn; asked: SoughtEvents }) {
  const { t } = useTranslation();
  const [area, setArea] = useState<Area>();
  const finer = useFiner(drawn, area, ["events", asked], (span) => eventLines(asked, span));
  return (
    <div>
      <div className="graph-place event-graph">
        <Later waiting={<Skeleton height="100%" />}>
          <LineGraph drawn={drawn} finer={finer} onArea={setArea} />
        </Later>
      </div>
      <p className="graph-hint">{t("events.graphHint")}</p>
    </div>
  );
}

/** Why there is nothing to draw, in the graph's place. */
export function NoLines({ text }: { text: string }) {
  return (
    <div className="graph-empty event-graph-empty">
      <Text c="dimmed">{text}</Text>
    </div>
  );
}
