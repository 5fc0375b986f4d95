// What each rule made over a range of days by status, and what that led to: by rule, by tag, and all together.
import "../../styles/impact.css";
import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Impact, impactQuery } from "../../api/impact";
import { byRuleQuery } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { DayRange } from "../../parts/DayRange";
import { number } from "../../parts/formats";
import { IgnoredBadge } from "../../parts/IgnoredBadge";
import { dayAfter, daysAfter, instantOf, usualSpan } from "../../parts/localTime";
import { Refusal } from "../../parts/Refusal";
import { useMayReadImpact, useSession } from "../../parts/session";
import { COUNT_OF, STATUSES } from "../../parts/StatusBadge";
import { differenceRange, differenceText, rangeText, shareText } from "../impact/shares";
import type { NotificationSearch } from "../notificationSearch";

const MOST_DAYS = 366;

export function ByRule({ search }: { search: NotificationSearch }) {
  const { t, i18n } = useTranslation();
  const { timeZoneId } = useSession();
  const navigate = useNavigate({ from: "/notifications" });
  const span = usualSpan(search, timeZoneId);
  const { from, to } = span;
  const counted = useQuery(byRuleQuery(instantOf(from, timeZoneId), instantOf(dayAfter(to), timeZoneId)));
  const mayReadImpact = useMayReadImpact();
  const isTooLong = from > to || to >= daysAfter(from, MOST_DAYS);
  const impact = useQuery({ ...impactQuery(span), enabled: mayReadImpact && !isTooLong });
  const impactOf = new Map(impact.data?.rules.map((rule) => [rule.ruleId, rule.impact]));
  // Drawn at once: what comes later would push what is being read.
  const isPending = counted.isPending || impact.isLoading;
  const rows = isPending ? undefined : counted.data;
  const tags = Object.entries(impact.data?.tags ?? {}).filter(([, { notifications }]) => notifications.delivered > 0);
  return (
    <section aria-label={t("notices.view.rules")}>
      <div className="notice-filters panel">
        <DayRange
          from={from}
          to={to}
          onChange={(patch) =>
            void navigate({ to: ".", search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false })
          }
        />
        {mayReadImpact && <p className="notice-hint">{t(isTooLong ? "impact.atMostAYear" : "impact.utcDays")}</p>}
      </div>
      <div className="panel rule-counts-place">
        {isPending && <Skeleton height={200} aria-hidden />}
        {counted.isError && <Broken text={t("list.broken")} onAgain={counted.refetch} isRow />}
        {impact.isError && <Refusal error={impact.error} onAgain={() => void impact.refetch()} />}
        {rows?.length === 0 && <Text p="md">{t("notices.noneInRange")}</Text>}
        {rows && rows.length > 0 && (
          <table className="rule-counts">
            <thead>
              <tr>
                <th scope="col">{t("card.rule")}</th>
                {STATUSES.map((status) => (
                  <th key={status} scope="col">
                    {t(`status.${status}`)}
                  </th>
                ))}
                {mayReadImpact && <ImpactColumns />}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ ruleId, ruleName, counts }) => {
                const ofRule = impactOf.get(ruleId);
                return (
                  <tr key={ruleId}>
                    <th scope="row">
                      <Link
                        to="/notifications"
                        search={{ rule: ruleId, from, to }}
                        className="text-link"
                        activeProps={{}}
                      >
                        {ruleName ?? t("card.deletedRule")}
                      </Link>
                      {ofRule?.fatigue.isIgnored && <IgnoredBadge />}
                      {mayReadImpact && ruleName !== null && (
                        <Link
                          to="/rules/$ruleId/impact"
                          params={{ ruleId }}
                          search={span}
                          className="text-link rule-counts-more"
                          activeProps={{}}
                          aria-label={t("impact.openOf", { name: ruleName })}
                        >
                          {t("impact.open")}
                        </Link>
                      )}
                    </th>
                    {STATUSES.map((status) => (
                      <td key={status} data-label={t(`status.${status}`)} data-status={status}>
                        {number(counts[COUNT_OF[status]], i18n.language)}
                      </td>
                    ))}
                    {mayReadImpact && <ImpactCells impact={ofRule} />}
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </div>
      {rows && impact.data && tags.length > 0 && (
        <section className="panel rule-counts-tags" aria-labelledby="tags-title">
          <Title order={2} id="tags-title" className="panel-title">
            {t("impact.byTag")}
          </Title>
          <table className="rule-counts">
            <thead>
              <tr>
                <th scope="col">{t("rules.byTag")}</th>
                <th scope="col">{t("status.DELIVERED")}</th>
                <ImpactColumns />
              </tr>
            </thead>
            <tbody>
              <TagRow name={t("impact.together")} impact={impact.data.total} />
              {tags.map(([tag, ofTag]) => (
                <TagRow
                  key={tag}
                  name={
                    <Link to="/rules" search={{ tag }} className="text-link" activeProps={{}}>
                      {tag}
                    </Link>
                  }
                  impact={ofTag}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function TagRow({ name, impact }: { name: ReactNode; impact: Impact }) {
  const { t, i18n } = useTranslation();
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-label={t("status.DELIVERED")}>{number(impact.notifications.delivered, i18n.language)}</td>
      <ImpactCells impact={impact} />
    </tr>
  );
}

function ImpactColumns() {
  const { t } = useTranslation();
  return (
    <>
      <th scope="col">{t("impact.opened")}</th>
      <th scope="col">{t("impact.acted")}</th>
      <th scope="col">{t("impact.ignored")}</th>
      <th scope="col">{t("impact.changed")}</th>
    </>
  );
}

/** Shares with their ranges beneath; of a rule that is gone nothing is told. */
function ImpactCells({ impact }: { impact: Impact | undefined }) {
  const { t, i18n } = useTranslation();
  const cell = (label: string, value: string, range: string) => (
    <td data-label={label} className="impact-cell">
      {value}
      {range && <span>{range}</span>}
    </td>
  );
  if (!impact) {
    return [0, 1, 2, 3].map((at) => <td key={at}>–</td>);
  }
  const ofShare = (label: string, share: Impact["awareness"]) =>
    cell(label, shareText(share, t, i18n.language), rangeText(share, t, i18n.language));
  return (
    <>
      {ofShare(t("impact.opened"), impact.awareness)}
      {ofShare(t("impact.acted"), impact.directAction)}
      {ofShare(t("impact.ignored"), impact.fatigue.ignored)}
      {cell(
        t("impact.changed"),
        differenceText(impact.behaviourChange, t, i18n.language),
        differenceRange(impact.behaviourChange, t, i18n.language),
      )}
    </>
  );
}
