// The data graph: what the rule looked at, and above it what would have been sent or held back.
import { Button, Progress, SegmentedControl, Select, Skeleton, Text, TextInput, Title } from "@mantine/core";
import { IconArrowsDiff, IconQuestionMark } from "@tabler/icons-react";
import { type FormEvent, lazy, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer } from "../../../api/client";
import { api } from "../../../api/public";
import { Later } from "../../../parts/Later";
import { number } from "../../../parts/formats";
import type { Area } from "../../../parts/graph/drawn";
import { useFiner } from "../../../parts/graph/useFiner";
import { instantOf, localMinute } from "../../../parts/localTime";
import { Refusal } from "../../../parts/Refusal";
import type { Trial, Tried } from "../useSimulation";
import { WhyDrawer } from "../WhyDrawer";
import { linesOf } from "./drawnOf";
import { EnvelopeLegend, EnvelopeStrip } from "./EnvelopeStrip";
import { type Envelope, shownOf } from "./envelopes";
import { GraphTable } from "./GraphTable";
import { type Compared, useCompared } from "./useCompared";
import { useMade } from "./useMade";

const LineGraph = lazy(() => import("../../../parts/graph/LineGraph"));

interface Props {
  simulation: Trial;
  onAsk: (timesMs: number[]) => void;
  /** Notifications that were really made, by their ids. */
  onOpen: (ids: string[]) => void;
}

export function GraphPanel({ simulation, onAsk, onOpen }: Props) {
  const { t } = useTranslation();
  const { result, progress, error, search, isOutdated } = simulation;
  const [view, setView] = useState("graph");
  const compared = useCompared(result, search.beside);
  return (
    <section className="panel graph-panel" aria-labelledby="graph-title">
      <div className="rule-section-head">
        <div>
          <Title order={2} id="graph-title" className="panel-title">
            {t("rule.graph")}
          </Title>
          <p className="graph-summary" role="status">
            {result ? <Summary tried={result} /> : t("rule.graphLead")}
            {isOutdated && <span className="graph-outdated"> {t("rule.outdated")}</span>}
          </p>
        </div>
        {result && (
          <div className="graph-controls">
            {compared.numbers.length > 0 && (
              <Select
                size="xs"
                aria-label={t("rule.compareWith")}
                placeholder={t("rule.compareWith")}
                leftSection={<IconArrowsDiff size={15} aria-hidden />}
                data={compared.numbers.map((each) => ({
                  value: String(each),
                  label: t("rule.versionNumber", { version: each }),
                }))}
                value={search.beside === undefined ? null : String(search.beside)}
                onChange={(chosen) => simulation.change({ beside: chosen ? Number(chosen) : undefined })}
                clearable
                clearButtonProps={{ "aria-label": t("rule.compareNone") }}
              />
            )}
            <SegmentedControl
              size="xs"
              aria-label={t("rule.view")}
              value={view}
              onChange={setView}
              data={[
                { value: "graph", label: t("rule.asGraph") },
                { value: "table", label: t("rule.asTable") },
              ]}
            />
          </div>
        )}
      </div>
      <Progress
        className="graph-progress"
        size="xs"
        value={(progress ?? 0) * 100}
        aria-label={t("rule.progress")}
        data-running={progress !== undefined || undefined}
      />
      {error && <Refusal error={error} title={t("rule.notSimulated")} />}
      {result?.simulation.faults[0] && <p className="field-error">{t("rule.failed")}</p>}
      {!result && (
        <div className="graph-empty">
          <Text c="dimmed">{t(search.building ? "rule.graphRun" : "rule.graphChoose")}</Text>
        </div>
      )}
      {compared.error && (
        <Refusal
          error={compared.error}
          title={t("rule.comparedFailed", { name: t("rule.versionNumber", { version: search.beside }) })}
        />
      )}
      {result && view === "graph" && <Graph tried={result} compared={compared.tried} onAsk={onAsk} onOpen={onOpen} />}
      {result && view === "table" && <GraphTable tried={result} onAsk={onAsk} onOpen={onOpen} />}
      {result && <AskAtTime tried={result} onAsk={onAsk} />}
    </section>
  );
}

function Summary({ tried }: { tried: Tried }) {
  const { t, i18n } = useTranslation();
  const { simulation } = tried;
  return (
    <>
      {t("rule.summary", {
        building: simulation.customerBuildingId,
        sent: number(simulation.notifications.length, i18n.language),
        dropped: number(simulation.dropped.length, i18n.language),
        evaluations: number(simulation.evaluations, i18n.language),
      })}
    </>
  );
}

interface GraphProps {
  tried: Tried;
  compared: Compared["tried"];
  onAsk: Props["onAsk"];
  onOpen: Props["onOpen"];
}

function Graph({ tried, compared, onAsk, onOpen }: GraphProps) {
  const { t } = useTranslation();
  const [area, setArea] = useState<Area>();
  const { series, customerBuildingId } = tried.simulation;
  const { datasets } = tried.rule;
  const drawn = useMemo(
    () => ({ lines: linesOf(series), timeZoneId: tried.timeZoneId, fromMs: tried.fromMs, toMs: tried.toMs }),
    [series, tried],
  );
  const finer = useFiner(drawn, area, [customerBuildingId, datasets], async ({ fromMs, toMs }) => {
    const body = { datasets, customerBuildingId, from: fromMs / 1000, to: toMs / 1000 };
    return linesOf((await answer(api.POST("/rules/series/v1", { body }))).series);
  });
  const made = useMade(tried);
  const hasMade = made !== null;
  const notifications = made?.notifications;
  const shown = useMemo(() => shownOf(tried.simulation, notifications ?? []), [tried, notifications]);
  const choose = useCallback(
    ({ kind, notifications }: Envelope) => {
      if (kind === "made") onOpen(notifications.map((each) => each.id));
      else onAsk(notifications.map((each) => each.createdAtTimeMillis));
    },
    [onAsk, onOpen],
  );
  return (
    <div className="graph">
      {compared && <Numbers name={t("rule.triedName")} tried={tried} />}
      <EnvelopeLegend shown={shown} hasMade={hasMade} />
      <EnvelopeStrip
        label={t("rule.envelopes")}
        shown={shown}
        timeZoneId={tried.timeZoneId}
        area={area}
        hasMade={hasMade}
        onChoose={choose}
      />
      {compared && <Beside compared={compared} area={area} />}
      <div className="graph-place">
        <Later waiting={<Skeleton height="100%" />}>
          <LineGraph drawn={drawn} finer={finer} onArea={setArea} onAsk={(atMs) => onAsk([atMs])} />
        </Later>
      </div>
      <p className="graph-hint">{t(series.length === 0 ? "rule.noSeries" : "rule.graphHint")}</p>
    </div>
  );
}

function Numbers({ name, tried }: { name: string; tried: Tried }) {
  const { t, i18n } = useTranslation();
  const { notifications, dropped } = tried.simulation;
  return (
    <p className="envelopes-name">
      {t("rule.tried", {
        name,
        sent: number(notifications.length, i18n.language),
        dropped: number(dropped.length, i18n.language),
      })}
    </p>
  );
}

/** What another version would have said, under the envelopes of what was tried. */
function Beside({ compared, area }: { compared: NonNullable<Compared["tried"]>; area: Area | undefined }) {
  const { t } = useTranslation();
  const [askedMs, setAskedMs] = useState<number[]>([]);
  const name = t("rule.versionNumber", { version: compared.rule.version ?? 0 });
  const shown = useMemo(() => shownOf(compared.simulation, []), [compared]);
  const choose = useCallback(
    ({ notifications }: Envelope) => setAskedMs(notifications.map((each) => each.createdAtTimeMillis)),
    [],
  );
  return (
    <>
      <Numbers name={name} tried={compared} />
      <EnvelopeStrip
        label={t("rule.envelopesOf", { name })}
        shown={shown}
        timeZoneId={compared.timeZoneId}
        area={area}
        hasMade={false}
        onChoose={choose}
      />
      <WhyDrawer timesMs={askedMs} result={compared} onClose={() => setAskedMs([])}>
        <Text fw={600} fz="sm" mb="xs">
          {name}
        </Text>
      </WhyDrawer>
    </>
  );
}

/** The keyboard's way to "why not?". */
function AskAtTime({ tried, onAsk }: { tried: Tried; onAsk: (timesMs: number[]) => void }) {
  const { t } = useTranslation();
  const { timeZoneId, simulation } = tried;
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const at = String(new FormData(event.currentTarget).get("at"));
    if (at) onAsk([instantOf(at, timeZoneId)]);
  };
  return (
    <form className="graph-ask" onSubmit={ask} key={simulation.to}>
      <label htmlFor="why-at">{t("rule.whyAt")}</label>
      <TextInput
        id="why-at"
        name="at"
        type="datetime-local"
        size="xs"
        required
        defaultValue={localMinute(Date.parse(simulation.to) - 60_000, timeZoneId)}
      />
      <Button type="submit" size="xs" variant="default" leftSection={<IconQuestionMark size={14} aria-hidden />}>
        {t("rule.ask")}
      </Button>
    </form>
  );
}
