// How far a run is, how it ended, and what was wrong with it: always in words, also where there are no figures.
import { Alert, Progress } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Refused } from "../../api/client";
import { number } from "../../parts/formats";
import { Refusal } from "../../parts/Refusal";
import { useNow } from "../../parts/useNow";
import type { Range } from "./Choices";
import { daysBetween, remainingSeconds } from "./fleetFigures";
import { ruleAtFault } from "./mistakes";
import type { Named } from "./subjects";
import type { Run } from "./useBacktest";

interface Props {
  run: Run;
  tried: Named[];
  ruleId: string;
  range: Range;
  onAgain: () => void;
}

export function RunPanel({ run, tried, ruleId, range, onAgain }: Props) {
  const { t } = useTranslation();
  return (
    <section className="panel backtest-run-panel" aria-label={t("backtest.progress")}>
      {run.state === "running" && <Ahead run={run} />}
      {run.state !== "failed" && run.state !== "running" && (
        <p className="backtest-state" role="status">
          <Ended run={run} range={range} />
        </p>
      )}
      {run.state === "failed" && run.error && (
        <Failure run={run} error={run.error} tried={tried} ruleId={ruleId} onAgain={onAgain} />
      )}
      {run.state === "done" && run.homesDone === 0 && (
        <p className="backtest-hint">
          {t("backtest.noHomes")}{" "}
          <Link to="/" className="text-link">
            {t("backtest.toOverview")}
          </Link>
        </p>
      )}
      {run.state === "done" && run.homes.length > 0 && <Doubts run={run} />}
    </section>
  );
}

function Ahead({ run }: { run: Run }) {
  const { t, i18n } = useTranslation();
  const now = useNow(1_000);
  const seconds = remainingSeconds(run.progress, now - run.startedAtMs);
  return (
    <>
      <div className="backtest-state">
        <span role="status">{t("backtest.running")}</span>
        {run.homesTotal !== undefined && (
          <span className="backtest-done">
            {t("backtest.homesDone", {
              done: number(run.homesDone, i18n.language),
              total: number(run.homesTotal, i18n.language),
            })}
          </span>
        )}
        {seconds !== undefined && (
          <span className="backtest-left">
            {seconds < 90
              ? t("backtest.secondsLeft", { count: seconds })
              : t("backtest.minutesLeft", { count: Math.round(seconds / 60) })}
          </span>
        )}
      </div>
      <Progress value={run.progress * 100} size="sm" aria-label={t("backtest.progress")} />
    </>
  );
}

function Ended({ run, range }: { run: Run; range: Range }) {
  const { t, i18n } = useTranslation();
  const days = daysBetween(range.from, range.to).length;
  if (run.state === "done") {
    return t("backtest.doneOf", {
      homes: t("backtest.homesCount", { count: run.homes.length }),
      days: t("backtest.daysCount", { count: days }),
    });
  }
  if (run.homesTotal === undefined) return t("backtest.cancelledAtOnce");
  return t("backtest.cancelled", {
    done: number(run.homesDone, i18n.language),
    total: number(run.homesTotal, i18n.language),
  });
}

interface FailureProps {
  run: Run;
  error: Error;
  tried: Named[];
  ruleId: string;
  onAgain: () => void;
}

function Failure({ run, error, tried, ruleId, onAgain }: FailureProps) {
  const { t, i18n } = useTranslation();
  const refused = error instanceof Refused ? error : undefined;
  const unfit = ruleAtFault(refused?.mistakes ?? []);
  const partial = run.homesDone > 0 && (
    <p className="backtest-hint" role="status">
      {t("backtest.partial", {
        done: number(run.homesDone, i18n.language),
        total: number(run.homesTotal ?? 0, i18n.language),
      })}
    </p>
  );
  if (refused && unfit) {
    return (
      <>
        <Refusal
          error={new Refused(refused.code, null, refused.detail, unfit.mistakes)}
          title={t("backtest.unfit", { name: tried[unfit.place]?.name ?? "" })}
        />
        <Link to="/rules/$ruleId" params={{ ruleId }} className="text-link small">
          {t("rules.openToMend")}
        </Link>
      </>
    );
  }
  return (
    <>
      <Refusal
        error={error}
        title={t(run.homesDone > 0 ? "backtest.endedEarly" : "backtest.notDone")}
        {...(refused?.code !== "invalid" && { onAgain })}
      />
      {partial}
    </>
  );
}

/** What a reader of the figures must know: homes that were silent, a rule that failed. */
function Doubts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const silent = run.homes.filter((home) => home.rules.every((rule) => rule.evaluations === 0)).length;
  const hasFailed = run.homes.some((home) => home.rules.some((rule) => rule.faults > 0));
  return (
    <>
      {silent === run.homes.length ? (
        <Alert className="alert-hint" role="alert">
          {t("backtest.noEvents")}
        </Alert>
      ) : (
        silent > 0 && <p className="backtest-hint">{t("backtest.silent", { count: silent })}</p>
      )}
      {hasFailed && <p className="field-error">{t("rule.failed")}</p>}
    </>
  );
}
