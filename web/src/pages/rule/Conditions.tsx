// When the rule speaks: its condition, a streak, and the goal by which it is measured.
import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useEditing } from "./editing";
import { ExpressionField } from "./expression/ExpressionField";
import { Section } from "./Section";

export function Conditions() {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  return (
    <Section id="conditions" title={t("rule.when")} lead={t("rule.whenLead")}>
      <ExpressionField
        label={t("rule.place.condition")}
        place="condition"
        pointer="/condition"
        value={draft.condition}
        onChange={(condition) => edit({ condition })}
      />
      <Switch
        label={t("rule.streak")}
        description={t("rule.streakLead")}
        checked={draft.isStreak}
        onChange={(event) => edit({ isStreak: event.currentTarget.checked })}
      />
      {draft.isStreak && (
        <ExpressionField
          label={t("rule.place.streakCondition")}
          place="streak"
          pointer="/streakCondition"
          value={draft.streakCondition ?? ""}
          onChange={(streakCondition) => edit({ streakCondition })}
        />
      )}
      <ExpressionField
        label={t("rule.place.goalAchievedCondition")}
        description={t("rule.goalLead")}
        place="goal"
        pointer="/goalAchievedCondition"
        value={draft.goalAchievedCondition ?? ""}
        onChange={(goalAchievedCondition) => edit({ goalAchievedCondition })}
      />
    </Section>
  );
}
