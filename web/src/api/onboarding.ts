// What the page of on-boarding and the overview's reminder ask for.
import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Onboarding = Schemas["OnboardingView"];
export type Step = Schemas["StepView"];
export type StepName = Step["name"];

export const STEPS = ["organisation", "client", "event", "endpoint", "rule"] as const satisfies readonly StepName[];

export const onboardingQuery = queryOptions({
  queryKey: ["onboarding"],
  staleTime: 0,
  queryFn: () => answer(client.GET("/console/api/onboarding")),
});

export const countDone = (steps: Step[]) => steps.filter(({ state }) => state === "DONE").length;
