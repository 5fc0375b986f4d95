// What a place in a rule, given as a JSON pointer, is called in the configurator.
import type { TFunction } from "i18next";

type Texts = TFunction;

const NAMED = [
  "name",
  "description",
  "ruleState",
  "tags",
  "datasets",
  "eventTypes",
  "sources",
  "timespanSeconds",
  "kind",
  "condition",
  "isStreak",
  "streakCondition",
  "goalAchievedCondition",
  "isTimeBased",
  "timeBasedCron",
  "match_threshold",
  "time_between_triggers_seconds",
  "resetStateWhenMatched",
  "isRestrictedToEarlyAdopters",
  "priority",
  "duringQuietHours",
  "validForSeconds",
  "notification",
  "notificationCases",
  "caseCondition",
  "label",
  "texts",
  "title",
  "message",
  "actions",
  "actionQualifier",
  "command",
  "primary",
  "secondary",
  "tap",
  "dismiss",
  "text",
  "parameter",
  "order",
] as const;
type Named = (typeof NAMED)[number];

const isNamed = (step: string): step is Named => (NAMED as readonly string[]).includes(step);

/** "/datasets/0/eventTypes" -> "Datasets › 1 › Event types". */
export function placeName(pointer: string, t: Texts): string {
  return stepsName(pointer.split("/").filter(Boolean), t);
}

export function stepsName(steps: string[], t: Texts): string {
  return steps
    .filter((step) => step !== "texts" && step !== "rule")
    .map((step) => (isNamed(step) ? t(`rule.place.${step}`) : /^\d+$/.test(step) ? String(Number(step) + 1) : step))
    .join(" › ");
}
