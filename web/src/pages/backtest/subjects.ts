// What a backtest may try of a rule: the saved rule, one of its versions, or the draft that is being edited.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { versionsQuery } from "../../api/rules";
import type { Subject } from "../ruleSearch";
import { sendable } from "../rule/draft";

/** A rule as it is sent, and what the page calls it. */
export interface Named {
  name: string;
  rule: Rule;
}

export interface Subjects {
  /** Undefined while it is not known yet, null where there is no such draft or version. */
  find: (subject: Subject | undefined) => Named | null | undefined;
  options: { value: string; label: string }[];
  valueOf: (subject: Subject | undefined) => string;
  subjectOf: (value: string) => Subject;
  error: Error | null;
  again: () => void;
}

export function useSubjects(saved: Rule, draft: Rule | undefined): Subjects {
  const { t } = useTranslation();
  const versions = useQuery(versionsQuery(saved.id ?? "", saved.version));
  const present = saved.version ?? 0;
  const nameOf = (subject: Subject): string =>
    subject === "draft" ? t("backtest.draft") : t("rule.versionNumber", { version: subject });
  const labelOf = (subject: Subject): string =>
    subject === "draft"
      ? t("backtest.draftAsEdited")
      : subject === present
        ? t("backtest.savedRule", { version: subject })
        : nameOf(subject);
  const find = (subject: Subject = present): Named | null | undefined => {
    const found =
      subject === "draft"
        ? draft
        : subject === present
          ? saved
          : versions.data?.find((each) => each.rule.version === subject)?.rule;
    if (found) return { name: nameOf(subject), rule: sendable(found) };
    return subject !== "draft" && !versions.data ? undefined : null;
  };
  const older = (versions.data ?? []).map((each) => each.rule.version ?? 0).filter((number) => number !== present);
  const subjects: Subject[] = [...(draft ? ["draft" as const] : []), present, ...older];
  return {
    find,
    options: subjects.map((subject) => ({ value: String(subject), label: labelOf(subject) })),
    valueOf: (subject = present) => String(subject),
    subjectOf: (value) => (value === "draft" ? value : Number(value)),
    error: versions.error,
    again: () => void versions.refetch(),
  };
}
