// How often, for whom and how urgently; by the clock or by events; the tags.
import { NativeSelect, NumberInput, Switch, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { rulesQuery, ticksQuery } from "../../api/rules";
import { DurationInput } from "../../parts/DurationInput";
import { weekdayTime } from "../../parts/formats";
import { useSentences } from "../../texts/sentences";
import { tagsOf } from "../rules/ruleList";
import { useEditing, useErrorAt } from "./editing";
import { Section } from "./Section";

const PRESETS = ["0 7 * * *", "0 19 * * *", "0 8 * * MON", "0 8 1 * *", "0 * * * *"] as const;

export function Settings({ timeZoneId }: { timeZoneId: string }) {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const rules = useQuery(rulesQuery);
  const thresholdError = useErrorAt("/match_threshold");
  const validForError = useErrorAt("/validForSeconds");
  return (
    <Section id="settings" title={t("rule.settings")}>
      <div className="settings">
        <div className="settings-wide">
          <Switch
            label={t("rule.place.isTimeBased")}
            description={t("rule.scheduleLead")}
            checked={draft.isTimeBased}
            onChange={(event) =>
              edit({ isTimeBased: event.currentTarget.checked, timeBasedCron: draft.timeBasedCron ?? PRESETS[0] })
            }
          />
          {draft.isTimeBased && <Schedule timeZoneId={timeZoneId} />}
        </div>
        <NumberInput
          label={t("rule.place.match_threshold")}
          description={t("rule.thresholdLead")}
          min={0}
          max={1_000_000}
          allowDecimal={false}
          value={draft.match_threshold}
          error={thresholdError}
          onChange={(value) => edit({ match_threshold: Number(value) || 0 })}
        />
        <DurationInput
          label={t("rule.place.time_between_triggers_seconds")}
          description={t("rule.pauseLead")}
          seconds={draft.time_between_triggers_seconds}
          onChange={(seconds) => edit({ time_between_triggers_seconds: seconds ?? 0 })}
        />
        <DurationInput
          label={t("rule.place.validForSeconds")}
          description={t("rule.validForLead")}
          seconds={draft.validForSeconds}
          error={validForError}
          onChange={(seconds) => edit({ validForSeconds: seconds ?? 0 })}
        />
        <NativeSelect
          label={t("rule.place.priority")}
          description={t("rule.priorityLead")}
          value={draft.priority}
          data={(["normal", "high"] as const).map((value) => ({ value, label: t(`rule.priorities.${value}`) }))}
          onChange={(event) => edit({ priority: event.currentTarget.value as Rule["priority"] })}
        />
        <NativeSelect
          label={t("rule.place.duringQuietHours")}
          description={t("rule.quietLead")}
          value={draft.duringQuietHours}
          data={(["drop", "hold"] as const).map((value) => ({ value, label: t(`rule.inQuiet.${value}`) }))}
          onChange={(event) => edit({ duringQuietHours: event.currentTarget.value as Rule["duringQuietHours"] })}
        />
        <TagsInput
          label={t("rule.place.tags")}
          description={t("rule.tagsLead")}
          data={tagsOf(rules.data ?? [])}
          value={draft.tags}
          onChange={(tags) => edit({ tags })}
        />
        <Switch
          label={t("rule.place.isRestrictedToEarlyAdopters")}
          description={t("rule.earlyLead")}
          checked={draft.isRestrictedToEarlyAdopters}
          onChange={(event) => edit({ isRestrictedToEarlyAdopters: event.currentTarget.checked })}
        />
        <Switch
          label={t("rule.place.resetStateWhenMatched")}
          description={t("rule.resetLead")}
          checked={draft.resetStateWhenMatched}
          onChange={(event) => edit({ resetStateWhenMatched: event.currentTarget.checked })}
        />
      </div>
    </Section>
  );
}

function Schedule({ timeZoneId }: { timeZoneId: string }) {
  const { t, i18n } = useTranslation();
  const say = useSentences();
  const { draft, edit } = useEditing();
  const cron = draft.timeBasedCron ?? "";
  const [settled] = useDebouncedValue(cron, 400);
  const ticks = useQuery({ ...ticksQuery(settled, timeZoneId), enabled: settled.trim() !== "" });
  const wrong = [ticks.data?.mistake, ticks.data?.remedy].filter((each) => each != null);
  return (
    <div className="schedule">
      <NativeSelect
        label={t("rule.often")}
        value={PRESETS.find((preset) => preset === cron) ?? ""}
        data={[
          ...PRESETS.map((value) => ({ value: value as string, label: t(`rule.schedules.${value}`) })),
          { value: "", label: t("rule.ownSchedule") },
        ]}
        onChange={(event) => event.currentTarget.value && edit({ timeBasedCron: event.currentTarget.value })}
      />
      <TextInput
        label={t("rule.place.timeBasedCron")}
        classNames={{ input: "monospace" }}
        value={cron}
        error={wrong.length > 0 ? wrong.map((each) => say(each)).join(" ") : undefined}
        onChange={(event) => edit({ timeBasedCron: event.currentTarget.value })}
      />
      <div className="schedule-ticks">
        <span className="schedule-ticks-title">{t("rule.nextTicks", { zone: timeZoneId })}</span>
        <ol>
          {(ticks.data?.ticksMs ?? []).map((atMs) => (
            <li key={atMs}>{weekdayTime(atMs, i18n.language, timeZoneId)}</li>
          ))}
        </ol>
      </div>
    </div>
  );
}
