// What pages ask of the impact of notifications, and under which key it is kept.
import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Impact = Schemas["Impact"];
export type Share = Schemas["Share"];
export type BehaviourChange = Schemas["BehaviourChange"];
export type Weariness = Schemas["Weariness"];
export type RuleImpact = Schemas["RuleImpactReport"];

/** UTC days, both included, of at most a year. */
export interface Span {
  from: string;
  to: string;
}

export const impactQuery = (span: Span) =>
  queryOptions({
    queryKey: ["impact", "all", span],
    queryFn: () => answer(client.GET("/console/api/impact", { params: { query: span } })),
  });

export const ruleImpactQuery = (ruleId: string, span: Span) =>
  queryOptions({
    queryKey: ["impact", "one", ruleId, span],
    queryFn: () =>
      answer(client.GET("/console/api/impact/{rule_id}", { params: { path: { rule_id: ruleId }, query: span } })),
  });
