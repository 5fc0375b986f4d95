// A rule while it is edited: how a new one begins, what of it is sent, when it differs from what is saved.
import type { Rule, Template, TemplateTexts } from "../../api/public";

const PAUSE_SECONDS = 86_400;

/** Members that are not the author's: who, when, which. */
const ASIDE = ["id", "createdAt", "customerId", "version", "updatedAt", "updatedBy"];

export const emptyTexts = (): TemplateTexts => ({ title: "", message: "", actions: {} });

export const emptyTemplate = (): Template => ({
  actionQualifier: { primary: "OPENAPP", tap: "OPENAPP", dismiss: "DISMISS" },
  texts: {},
  command: null,
});

export const newRule = (): Rule => ({
  name: "",
  description: "",
  ruleState: "DRAFT",
  tags: [],
  datasets: [
    { name: "Power", kind: "TIME_SERIES", eventTypes: ["POWER_CONSUMPTION"], sources: [], timespanSeconds: 3_600 },
  ],
  condition: "",
  isStreak: false,
  streakCondition: null,
  goalAchievedCondition: null,
  isTimeBased: false,
  timeBasedCron: null,
  match_threshold: 0,
  time_between_triggers_seconds: PAUSE_SECONDS,
  resetStateWhenMatched: false,
  isRestrictedToEarlyAdopters: false,
  priority: "normal",
  duringQuietHours: "drop",
  validForSeconds: 6 * 3_600,
  notification: emptyTemplate(),
  notificationCases: [],
});

/** A new rule that says the same as a saved one, not switched on. */
export const copyOf = (rule: Rule, name: string): Rule => ({
  ...newRule(),
  ...authored(rule),
  name,
  ruleState: "DRAFT",
});

/** Without what nobody filled in: languages without a word, expressions without a character. */
export function sendable(draft: Rule): Rule {
  const template = (given: Template): Template => ({
    ...given,
    texts: Object.fromEntries(
      Object.entries(given.texts).filter(
        ([, text]) => text.title || text.message || text.actions.primary || text.actions.secondary,
      ),
    ),
    command: given.command?.trim() ? given.command : null,
  });
  return {
    ...draft,
    streakCondition: draft.isStreak && draft.streakCondition?.trim() ? draft.streakCondition : null,
    goalAchievedCondition: draft.goalAchievedCondition?.trim() ? draft.goalAchievedCondition : null,
    timeBasedCron: draft.isTimeBased && draft.timeBasedCron?.trim() ? draft.timeBasedCron : null,
    notification: draft.notification ? template(draft.notification) : null,
    notificationCases: draft.notificationCases.map((each) => ({ ...each, notification: template(each.notification) })),
  };
}

/** Whether two rules say the same, whoever saved them when; members that say nothing do not count, nor does their order. */
export function isSame(one: Rule, other: Rule): boolean {
  return canonical(authored(one)) === canonical(authored(other));
}

/** What a save gives a rule: who, when, which. */
export const aside = (rule: Rule): Partial<Rule> =>
  Object.fromEntries(Object.entries(rule).filter(([key]) => ASIDE.includes(key)));

/** What an author wrote. */
export const authored = (rule: Rule): Partial<Rule> =>
  Object.fromEntries(Object.entries(sendable(rule)).filter(([key]) => !ASIDE.includes(key)));

/** The same text for what says the same. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, inner]) => inner !== null && inner !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : part,
  );
}
