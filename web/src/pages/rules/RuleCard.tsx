// A rule of the list: what it is called, does and asks, who changed it when, and the switch.
import { Switch, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer } from "../../api/client";
import { api, type Rule } from "../../api/public";
import { rulesQuery } from "../../api/rules";
import { IgnoredBadge } from "../../parts/IgnoredBadge";
import { Refusal } from "../../parts/Refusal";
import { useAllowed, useMayReadImpact } from "../../parts/session";
import { Time } from "../../parts/Time";
import { RuleStateBadge } from "./RuleStateBadge";

export function RuleCard({ rule, isIgnored }: { rule: Rule; isIgnored: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mayWrite = useAllowed("write:rules");
  const mayReadImpact = useMayReadImpact();
  const ruleId = rule.id ?? "";
  const isActive = rule.ruleState === "ACTIVE";
  const toggle = useMutation({
    mutationFn: (active: boolean) =>
      answer(
        api.PUT("/rules/{ruleId}/v1", {
          params: { path: { ruleId } },
          body: { ...rule, ruleState: active ? "ACTIVE" : "INACTIVE" },
        }),
      ),
    onSuccess: (saved) =>
      queries.setQueryData(rulesQuery.queryKey, (rules) => rules?.map((each) => (each.id === saved.id ? saved : each))),
    // Whoever was faster is shown at once.
    onError: () => void queries.invalidateQueries({ queryKey: rulesQuery.queryKey, exact: true }),
  });
  return (
    <article className="panel card rule-card" data-state={rule.ruleState}>
      <div className="rule-card-head">
        <h2 className="rule-card-name">
          <Link to="/rules/$ruleId" params={{ ruleId }}>
            {rule.name}
          </Link>
        </h2>
        <RuleStateBadge state={rule.ruleState} />
        {isIgnored && <IgnoredBadge />}
        {mayWrite && (
          <Switch
            className="rule-card-switch"
            checked={toggle.isPending ? toggle.variables : isActive}
            disabled={toggle.isPending}
            onChange={(event) => toggle.mutate(event.currentTarget.checked)}
            aria-label={t("rules.activeOf", { name: rule.name })}
          />
        )}
      </div>
      {rule.description && <Text className="rule-card-description">{rule.description}</Text>}
      <code className="rule-card-condition">{rule.condition}</code>
      <div className="card-foot">
        {rule.tags.length > 0 && (
          <span className="tags">
            {rule.tags.map((tag) => (
              <Link key={tag} to="/rules" search={(search) => ({ ...search, tag })} className="tag" activeProps={{}}>
                {tag}
              </Link>
            ))}
          </span>
        )}
        <Link
          to="/rules/$ruleId/backtest"
          params={{ ruleId }}
          className="text-link"
          activeProps={{}}
          aria-label={t("backtest.openOf", { name: rule.name })}
        >
          {t("backtest.open")}
        </Link>
        {mayReadImpact && (
          <Link
            to="/rules/$ruleId/impact"
            params={{ ruleId }}
            className="text-link"
            activeProps={{}}
            aria-label={t("impact.openOf", { name: rule.name })}
          >
            {t("impact.open")}
          </Link>
        )}
        <span className="rule-card-change">
          <Time atMs={(rule.updatedAt ?? 0) * 1000} />
          {rule.updatedBy && <span>{rule.updatedBy}</span>}
        </span>
      </div>
      {toggle.isError && (
        <div className="rule-card-refusal">
          <Refusal error={toggle.error} title={t("rules.notSwitched")} />
          <Link to="/rules/$ruleId" params={{ ruleId }} className="text-link">
            {t("rules.openToMend")}
          </Link>
        </div>
      )}
    </article>
  );
}
