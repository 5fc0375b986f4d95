// The page of one rule, saved or new: fetched, then edited in the configurator.
import "../../styles/rule.css";
import "../../styles/template.css";
import "../../styles/versions.css";
import "../../styles/graph.css";
import "../../styles/expression.css";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../../api/client";
import type { Rule } from "../../api/public";
import { ruleQuery } from "../../api/rules";
import { PageSkeleton } from "../../parts/PageSkeleton";
import { Refusal } from "../../parts/Refusal";
import { Configurator } from "./Configurator";
import { copyOf, newRule } from "./draft";
import { MissingRule } from "./MissingRule";

export function NewRule() {
  const { like } = useSearch({ from: "/rules/new" });
  const [blank] = useState(newRule);
  return like ? <RuleLike key={like} ruleId={like} /> : <Configurator saved={blank} />;
}

function RuleLike({ ruleId }: { ruleId: string }) {
  const { t } = useTranslation();
  const model = useQuery(ruleQuery(ruleId));
  const copy = useMemo(
    () => model.data && copyOf(model.data, t("rule.copyOf", { name: model.data.name })),
    [model.data, t],
  );
  if (copy) return <Configurator saved={copy} />;
  return <NoRule query={model} />;
}

export function SavedRule() {
  const { ruleId } = useParams({ from: "/rules/$ruleId" });
  const rule = useQuery(ruleQuery(ruleId));
  // What is edited must be the newest, or every save would meet its own past.
  if (rule.data && rule.isFetchedAfterMount) return <Configurator key={ruleId} saved={rule.data} />;
  return <NoRule query={rule} />;
}

function NoRule({ query }: { query: UseQueryResult<Rule> }) {
  const { error } = query;
  if (error instanceof Refused && error.code === "not_found") return <MissingRule />;
  return error ? <Refusal error={error} onAgain={() => void query.refetch()} /> : <PageSkeleton />;
}
