// The page of what one rule led to: what was sent, what households did and devices with it, and how tired homes are of it.
import "../../styles/backtest.css";
import "../../styles/graph.css";
import "../../styles/rules.css";
import "../../styles/impact.css";
import { Alert, Skeleton, Title } from "@mantine/core";
import { IconArrowLeft, IconBellOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Refused } from "../../api/client";
import { type Impact, ruleImpactQuery } from "../../api/impact";
import { DayRange } from "../../parts/DayRange";
import { FigureCard } from "../../parts/FigureCard";
import { figure, number } from "../../parts/formats";
import { ViewChoice } from "../../parts/graph/ViewChoice";
import { IgnoredBadge } from "../../parts/IgnoredBadge";
import { Refusal } from "../../parts/Refusal";
import { usualSpan } from "../../parts/localTime";
import { useSession } from "../../parts/session";
import { MissingRule } from "../rule/MissingRule";
import type { ImpactSearch } from "../ruleSearch";
import { Behaviour } from "./Behaviour";
import { Fatigue } from "./Fatigue";
import { Intervals } from "./Intervals";
import { countsText, differenceRange, differenceText, rangeText, shareText } from "./shares";

const REASONS = ["time_between", "quiet_hours", "household_cap", "switched_off"] as const;

export function RuleImpact() {
  const { t } = useTranslation();
  const { ruleId } = useParams({ from: "/rules/$ruleId/impact" });
  const search = useSearch({ from: "/rules/$ruleId/impact" });
  const navigate = useNavigate({ from: "/rules/$ruleId/impact" });
  const { timeZoneId } = useSession();
  const span = usualSpan(search, timeZoneId);
  const { data, error, refetch } = useQuery({ ...ruleImpactQuery(ruleId, span), placeholderData: keepPreviousData });
  const change = (patch: ImpactSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  if (error instanceof Refused && error.code === "not_found") return <MissingRule />;
  return (
    <div className="impact">
      <Link to="/notifications" search={{ view: "rules", ...span }} className="back-link" activeProps={{}}>
        <IconArrowLeft size={16} aria-hidden />
        {t("impact.allRules")}
      </Link>
      <div>
        <div className="impact-title">
          <Title order={1} className="page-title">
            {data ? t("impact.titleOf", { name: data.name }) : t("impact.title")}
          </Title>
          {data?.impact.fatigue.isIgnored && <IgnoredBadge />}
        </div>
        <p className="impact-lead">
          {t("impact.lead")}{" "}
          <Link to="/rules/$ruleId" params={{ ruleId }} className="text-link" activeProps={{}}>
            {t("impact.toRule")}
          </Link>{" "}
          <Link to="/notifications" search={{ rule: ruleId, ...span }} className="text-link" activeProps={{}}>
            {t("impact.toNotifications")}
          </Link>
        </p>
      </div>
      <div className="panel impact-choices">
        <DayRange {...span} onChange={change} />
        <ViewChoice value={search.view} onChange={(view) => change({ view })} />
      </div>
      {error && <Refusal error={error} onAgain={() => void refetch()} />}
      {!data && !error && <Skeleton height={640} aria-hidden />}
      {data && !error && <Results impact={data.impact} isTable={search.view === "table"} />}
    </div>
  );
}

function Results({ impact, isTable }: { impact: Impact; isTable: boolean }) {
  const { t, i18n } = useTranslation();
  const { notifications, fatigue, behaviourChange } = impact;
  const { pending, delivered, failed, dropped } = notifications;
  const sent = pending + delivered + failed;
  const more = (share: Impact["awareness"]) =>
    rangeText(share, t, i18n.language) || countsText(share, t, i18n.language);
  return (
    <>
      {fatigue.isIgnored && (
        <Alert
          role="status"
          className="alert-hint"
          icon={<IconBellOff size={18} aria-hidden />}
          title={t("impact.isIgnored")}
        >
          {t("impact.whatToDo", { counts: countsText(fatigue.ignored, t, i18n.language) })}
        </Alert>
      )}
      <dl className="figures backtest-figures" aria-label={t("backtest.figures")}>
        <FigureCard
          label={t("impact.sent")}
          value={figure(sent, i18n.language)}
          more={t("impact.deliveredOf", { count: delivered, shown: number(delivered, i18n.language) })}
        />
        <FigureCard
          label={t("impact.opened")}
          value={shareText(impact.awareness, t, i18n.language)}
          more={more(impact.awareness)}
        />
        <FigureCard
          label={t("impact.ignored")}
          value={shareText(fatigue.ignored, t, i18n.language)}
          more={more(fatigue.ignored)}
        />
        <FigureCard
          label={t("impact.changed")}
          value={differenceText(behaviourChange, t, i18n.language)}
          more={
            differenceRange(behaviourChange, t, i18n.language) || countsText(behaviourChange.changed, t, i18n.language)
          }
        />
      </dl>
      <div className="impact-pair">
        <section className="panel impact-panel" aria-labelledby="reactions-title">
          <div>
            <Title order={2} id="reactions-title" className="panel-title">
              {t("impact.reactions")}
            </Title>
            <p className="impact-lead">{t("impact.reactionsLead")}</p>
          </div>
          <Intervals
            title={t("impact.reactions")}
            rows={[
              { name: t("impact.opened"), share: impact.awareness },
              { name: t("impact.acted"), share: impact.directAction },
              { name: t("impact.dismissed"), share: impact.dismissed },
              { name: t("impact.optedOut"), share: impact.optedOut },
              { name: t("impact.ignored"), share: fatigue.ignored },
              { name: t("impact.goals"), share: impact.goals },
            ]}
            isTable={isTable}
          />
          {impact.resumed > 0 && (
            <p className="impact-lead">
              {t("impact.resumed", { count: impact.resumed, shown: number(impact.resumed, i18n.language) })}
            </p>
          )}
        </section>
        <section className="panel impact-panel" aria-labelledby="became-title">
          <Title order={2} id="became-title" className="panel-title">
            {t("impact.became")}
          </Title>
          <table className="plain-table">
            <caption className="visually-hidden">{t("impact.became")}</caption>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">{t("impact.what")}</th>
                <th scope="col">{t("backtest.unit.notifications")}</th>
              </tr>
            </thead>
            <tbody>
              <Count name={t("status.DELIVERED")} value={delivered} />
              <Count name={t("status.PENDING")} value={pending} />
              <Count name={t("status.FAILED")} value={failed} />
              {REASONS.map((reason) => (
                <Count key={reason} name={t(`impact.reason.${reason}`)} value={dropped[reason] ?? 0} />
              ))}
            </tbody>
          </table>
        </section>
      </div>
      <Behaviour behaviour={behaviourChange} isTable={isTable} />
      <Fatigue fatigue={fatigue} isTable={isTable} />
    </>
  );
}

function Count({ name, value }: { name: string; value: number }) {
  const { i18n } = useTranslation();
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="count">{number(value, i18n.language)}</td>
    </tr>
  );
}
