// What is said: one notification, or several cases of which the first that holds is sent.
import { ActionIcon, Button, SegmentedControl, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Case } from "../../api/public";
import { emptyTemplate } from "./draft";
import { useEditing } from "./editing";
import { ExpressionField } from "./expression/ExpressionField";
import { Section } from "./Section";
import { TemplateEditor } from "./TemplateEditor";

export function Notifications() {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const hasCases = draft.notificationCases.length > 0;

  const setForm = (form: string) => {
    if (form === "cases" && !hasCases) {
      const notification = draft.notification ?? emptyTemplate();
      edit({
        notification: null,
        notificationCases: [{ label: t("rule.caseNumber", { number: 1 }), caseCondition: "true", notification }],
      });
    }
    if (form === "one" && hasCases) {
      edit({ notification: draft.notificationCases[0]?.notification ?? emptyTemplate(), notificationCases: [] });
    }
  };

  return (
    <Section
      id="notification"
      title={t("rule.what")}
      lead={t(hasCases ? "rule.casesLead" : "rule.whatLead")}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t("rule.form")}
          value={hasCases ? "cases" : "one"}
          onChange={setForm}
          data={[
            { value: "one", label: t("rule.oneNotification") },
            { value: "cases", label: t("rule.severalCases") },
          ]}
        />
      }
    >
      {hasCases ? (
        <Cases />
      ) : (
        <TemplateEditor
          pointer="/notification"
          template={draft.notification ?? emptyTemplate()}
          onChange={(notification) => edit({ notification })}
        />
      )}
    </Section>
  );
}

function Cases() {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const cases = draft.notificationCases;
  const set = (notificationCases: Case[]) => edit({ notificationCases });
  const change = (index: number, patch: Partial<Case>) =>
    set(cases.map((each, at) => (at === index ? { ...each, ...patch } : each)));
  const move = (index: number, by: 1 | -1) => {
    const moved = [...cases];
    const [taken] = moved.splice(index, 1);
    if (taken) moved.splice(index + by, 0, taken);
    set(moved);
  };
  return (
    <>
      <div className="cases">
        {cases.map((each, index) => (
          <div
            key={index}
            className="case"
            role="group"
            aria-label={t("rule.caseOf", { label: each.label || index + 1 })}
          >
            <div className="case-head">
              <span className="case-number" aria-hidden>
                {index + 1}
              </span>
              <TextInput
                className="case-label"
                aria-label={t("rule.place.label")}
                value={each.label}
                onChange={(event) => change(index, { label: event.currentTarget.value })}
              />
              <ActionIcon
                variant="default"
                size="lg"
                disabled={index === 0}
                onClick={() => move(index, -1)}
                aria-label={t("rule.caseUp", { label: each.label || index + 1 })}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size="lg"
                disabled={index === cases.length - 1}
                onClick={() => move(index, 1)}
                aria-label={t("rule.caseDown", { label: each.label || index + 1 })}
              >
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={cases.length === 1}
                onClick={() => set(cases.filter((_, at) => at !== index))}
                aria-label={t("rule.caseRemove", { label: each.label || index + 1 })}
              >
                <IconTrash size={17} aria-hidden />
              </ActionIcon>
            </div>
            <ExpressionField
              label={t("rule.place.caseCondition")}
              place="case"
              pointer={`/notificationCases/${index}/caseCondition`}
              value={each.caseCondition}
              onChange={(caseCondition) => change(index, { caseCondition })}
            />
            <TemplateEditor
              pointer={`/notificationCases/${index}/notification`}
              template={each.notification}
              caseLabel={each.label}
              onChange={(notification) => change(index, { notification })}
            />
          </div>
        ))}
      </div>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={15} aria-hidden />}
        onClick={() =>
          set([
            ...cases,
            {
              label: t("rule.caseNumber", { number: cases.length + 1 }),
              caseCondition: "true",
              notification: emptyTemplate(),
            },
          ])
        }
      >
        {t("rule.addCase")}
      </Button>
    </>
  );
}
