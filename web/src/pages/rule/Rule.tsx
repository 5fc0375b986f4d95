// The page of one rule, saved or new: fetched, then edited in the configurator.
import "../../styles/rule.css";
import "../../styles/template.css";
import "../../styles/versions.css";
import "../../styles/graph.css";
import "../../styles/expression.css";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Refused } from "../../api/client";
import { ruleQuery } from "../../api/rules";
import { PageSkeleton } from "../../parts/PageSkeleton";
import { Refusal } from "../../parts/Refusal";
import { Configurator } from "./Configurator";
import { newRule } from "./draft";
import { MissingRule } from "./MissingRule";

export function NewRule() {
  const [blank] = useState(newRule);
  return <Configurator saved={blank} />;
}

export function SavedRule() {
  const { ruleId } = useParams({ from: "/rules/$ruleId" });
  const rule = useQuery(ruleQuery(ruleId));
  // What is edited must be the newest, or every save would meet its own past.
  if (rule.data && rule.isFetchedAfterMount) return <Configurator key={ruleId} saved={rule.data} />;
  if (rule.isError && rule.error instanceof Refused && rule.error.code === "not_found") return <MissingRule />;
  if (rule.isError) return <Refusal error={rule.error} onAgain={() => void rule.refetch()} />;
  return <PageSkeleton />;
}
