// The page of a backtest: what a rule, or two versions of it, would have meant for many homes. All choices stand in the address.
import "../../styles/rule.css";
import "../../styles/rules.css";
import "../../styles/versions.css";
import "../../styles/graph.css";
import "../../styles/backtest.css";
import { Alert, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { BacktestQuestion } from "../../api/backtest";
import { Refused } from "../../api/client";
import type { Rule } from "../../api/public";
import { ruleQuery } from "../../api/rules";
import { dayAfter, instantOf, usualSpan } from "../../parts/localTime";
import { PageSkeleton } from "../../parts/PageSkeleton";
import { Refusal } from "../../parts/Refusal";
import { useSession } from "../../parts/session";
import { keptDraft } from "../rule/keptDraft";
import { MissingRule } from "../rule/MissingRule";
import type { BacktestSearch } from "../ruleSearch";
import { Choices } from "./Choices";
import { RunPanel } from "./RunPanel";
import { Results } from "./Results";
import { type Named, useSubjects } from "./subjects";
import { useBacktest } from "./useBacktest";

export function Backtest() {
  const { ruleId } = useParams({ from: "/rules/$ruleId/backtest" });
  const rule = useQuery(ruleQuery(ruleId));
  if (rule.data && rule.isFetchedAfterMount) return <Page key={ruleId} saved={rule.data} />;
  if (rule.isError && rule.error instanceof Refused && rule.error.code === "not_found") return <MissingRule />;
  if (rule.isError) return <Refusal error={rule.error} onAgain={() => void rule.refetch()} />;
  return <PageSkeleton />;
}

function Page({ saved }: { saved: Rule }) {
  const { t } = useTranslation();
  const { timeZoneId } = useSession();
  const search = useSearch({ from: "/rules/$ruleId/backtest" });
  const navigate = useNavigate({ from: "/rules/$ruleId/backtest" });
  const ruleId = saved.id ?? "";
  const draft = keptDraft(useQueryClient(), ruleId)?.draft;
  const subjects = useSubjects(saved, draft);
  // The draft lives in this page only.
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: () => draft !== undefined });

  const { from, to } = usualSpan(search, timeZoneId);
  const what = subjects.find(search.what);
  const other = search.compare === undefined ? undefined : subjects.find(search.compare);
  const tried: Named[] = [what, other].filter((each) => !!each);
  const isMissing = what === null || other === null;
  const isReady =
    what && !isMissing && (search.compare === undefined || other) && from <= to && search.buildings?.length !== 0;
  const question: BacktestQuestion | undefined = isReady
    ? {
        rules: tried.map((each) => each.rule),
        from: instantOf(from, timeZoneId) / 1000,
        to: instantOf(dayAfter(to), timeZoneId) / 1000,
        ...(search.sample && { sample: search.sample }),
        ...(search.buildings && { customerBuildingIds: search.buildings }),
      }
    : undefined;
  const running = useBacktest(question, search.run === true);
  const change = (patch: BacktestSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });

  return (
    <div className="backtest">
      <Link to="/rules/$ruleId" params={{ ruleId }} className="back-link" activeProps={{}}>
        <IconArrowLeft size={16} aria-hidden />
        {saved.name}
      </Link>
      <div>
        <Title order={1} className="page-title">
          {t("backtest.title")}
        </Title>
        <p className="backtest-lead">{t("backtest.lead")}</p>
      </div>
      <Choices
        search={search}
        // What was found is of other choices then.
        change={(patch) => change({ run: undefined, day: undefined, why: undefined, ...patch })}
        range={{ from, to }}
        subjects={subjects}
        isRunning={running.run?.state === "running"}
        mistakes={running.run?.error instanceof Refused ? running.run.error.mistakes : []}
        onRun={
          question &&
          (() => {
            change({ run: true, day: undefined, why: undefined });
            running.start();
          })
        }
        onCancel={running.cancel}
      />
      {isMissing && (
        <Alert role="alert" color="red" className="alert">
          {t(search.what === "draft" || search.compare === "draft" ? "backtest.noDraft" : "backtest.noVersion")}
        </Alert>
      )}
      {subjects.error && <Refusal error={subjects.error} onAgain={subjects.again} />}
      {running.run ? (
        <>
          <RunPanel run={running.run} tried={tried} ruleId={ruleId} range={{ from, to }} onAgain={running.start} />
          {running.run.homes.length > 0 && (
            <Results
              run={running.run}
              tried={tried}
              search={search}
              change={change}
              ruleId={ruleId}
              range={{ from, to }}
            />
          )}
        </>
      ) : (
        !isMissing && (
          <div className="panel backtest-empty">
            <p>{t(search.buildings?.length === 0 ? "backtest.chooseHomes" : "backtest.notRun")}</p>
          </div>
        )
      )}
    </div>
  );
}
