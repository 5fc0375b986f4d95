// What is set of a building: its place, its users, which rules are on, its limits, its properties. Saved as a whole.
import { Button, Checkbox, NumberInput, Radio, Stack, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import type { Building, Household } from "../../api/buildings";
import { rulesQuery } from "../../api/rules";
import { Done } from "../../parts/Done";
import { useAllowed } from "../../parts/session";
import { type Place, PlaceFields } from "../buildings/PlaceFields";
import { TabPanel } from "./Dashboard";
import { readProperty, shownProperty } from "./properties";
import { SaveRefusal } from "./SaveRefusal";
import { useSaving } from "./useSaving";

const USUAL_NIGHT = { start: "22:00", end: "07:00" };
const FIELDS = ["/countryCode", "/kwp", "/timeZoneId", "/settings/maxNotificationsPerDay"];

interface Property {
  name: string;
  value: string;
}

const shownProperties = (building: Building): Property[] =>
  Object.entries(building.properties).map(([name, value]) => ({ name, value: shownProperty(value) }));

export function SettingsTab({ household }: { household: Household }) {
  const { t } = useTranslation();
  const mayWrite = useAllowed("write:buildings");
  const rules = useQuery({ ...rulesQuery, enabled: useAllowed("read:rules") });
  const [draft, setDraft] = useState(household.building);
  const [properties, setProperties] = useState(() => shownProperties(household.building));
  const saving = useSaving(household, {
    onFresh: (fresh) => {
      setDraft(fresh);
      setProperties(shownProperties(fresh));
    },
  });
  const save = saving.change;
  const edit = (patch: Partial<Building>) => {
    save.forget();
    setDraft({ ...draft, ...patch });
  };
  const settings = draft.settings ?? {};
  const night = settings.quietHours;
  const isActive = draft.deactivatedTimestamp === null;
  const isMine = (ruleId: string) =>
    draft.rulesOperatorExclude ? !draft.inactiveRules.includes(ruleId) : draft.activeRules.includes(ruleId);
  const isOff = (ruleId: string) =>
    draft.disabledNotifications.some((each) => each.ruleId === ruleId && each.userId === null);
  const turn = (ruleId: string, isOn: boolean) => {
    const without = (list: string[]) => list.filter((each) => each !== ruleId);
    edit({
      inactiveRules:
        isOn || !draft.rulesOperatorExclude ? without(draft.inactiveRules) : [...draft.inactiveRules, ruleId],
      activeRules: isOn && !draft.rulesOperatorExclude ? [...draft.activeRules, ruleId] : without(draft.activeRules),
      disabledNotifications: isOn
        ? draft.disabledNotifications.filter((each) => each.ruleId !== ruleId || each.userId !== null)
        : draft.disabledNotifications,
    });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const named = properties.filter(({ name }) => name.trim() !== "");
    const values = named.map(({ name, value }) => [name.trim(), readProperty(value)]);
    saving.save({ ...draft, properties: Object.fromEntries(values) });
  };
  const place: Place = { ...draft };
  return (
    <form className="settings-form" onSubmit={submit}>
      <fieldset disabled={!mayWrite}>
        <div className="panel-pair">
          <TabPanel id="place-title" title={t("buildings.home")}>
            <Stack gap="sm">
              <PlaceFields place={place} onChange={edit} error={save.error} needsZone />
              <TagsInput
                label={t("buildings.tags")}
                description={t("buildings.tagsLead")}
                value={draft.tags ?? []}
                onChange={(tags) => edit({ tags })}
                maxTags={50}
                disabled={!mayWrite}
              />
              <Switch
                label={t("buildings.early")}
                description={t("buildings.earlyLead")}
                checked={draft.isEarlyAdopter}
                onChange={(event) => edit({ isEarlyAdopter: event.currentTarget.checked })}
              />
              <Switch
                label={t("buildings.active")}
                description={t("buildings.activeLead")}
                checked={isActive}
                onChange={(event) =>
                  edit({ deactivatedTimestamp: event.currentTarget.checked ? null : Math.floor(Date.now() / 1000) })
                }
              />
            </Stack>
          </TabPanel>
          <TabPanel id="users-title" title={t("buildings.users")}>
            <Stack gap="sm">
              <TagsInput
                label={t("buildings.userIds")}
                description={t("buildings.userIdsLead")}
                value={draft.userIds}
                onChange={(userIds) => edit({ userIds })}
                disabled={!mayWrite}
              />
              <Checkbox
                label={t("buildings.ownQuiet")}
                description={t("buildings.ownQuietLead")}
                checked={Boolean(night)}
                onChange={(event) =>
                  edit({
                    settings: { ...settings, quietHours: event.currentTarget.checked ? USUAL_NIGHT : null } as never,
                  })
                }
              />
              {night && (
                <div className="two-fields">
                  {(["start", "end"] as const).map((time) => (
                    <TextInput
                      key={time}
                      type="time"
                      label={t(`data.quiet.${time}`)}
                      value={night[time]}
                      required
                      withAsterisk={false}
                      onChange={(event) =>
                        edit({
                          settings: {
                            ...settings,
                            quietHours: { ...night, [time]: event.currentTarget.value },
                          } as never,
                        })
                      }
                    />
                  ))}
                </div>
              )}
              <NumberInput
                label={t("data.most")}
                description={t("buildings.mostLead")}
                value={settings.maxNotificationsPerDay ?? ""}
                min={0}
                max={1000}
                allowDecimal={false}
                hideControls
                error={isAbout(save.error, "/settings/maxNotificationsPerDay") && t("data.mostWrong")}
                onChange={(value) =>
                  edit({
                    settings: { ...settings, maxNotificationsPerDay: value === "" ? null : Number(value) } as never,
                  })
                }
              />
            </Stack>
          </TabPanel>
        </div>
        <TabPanel id="rules-title" title={t("buildings.rules")}>
          <Radio.Group
            value={draft.rulesOperatorExclude ? "on" : "off"}
            onChange={(value) => edit({ rulesOperatorExclude: value === "on" })}
            label={t("buildings.rulesDefault")}
          >
            <Stack gap={6} mt={6}>
              <Radio value="on" label={t("buildings.allOn")} disabled={!mayWrite} />
              <Radio value="off" label={t("buildings.allOff")} disabled={!mayWrite} />
            </Stack>
          </Radio.Group>
          <ul className="rule-switches" aria-labelledby="rules-title">
            {(rules.data ?? []).map((rule) => {
              const ruleId = rule.id ?? "";
              const users = draft.disabledNotifications
                .filter((each) => each.ruleId === ruleId && each.userId !== null)
                .map(({ userId }) => userId);
              return (
                <li key={ruleId}>
                  <Switch
                    label={rule.name}
                    description={
                      [
                        rule.ruleState !== "ACTIVE" && t(`rules.state.${rule.ruleState}`),
                        isOff(ruleId) && t("buildings.stoppedByHome"),
                        users.length > 0 && t("buildings.stoppedBy", { users: users.join(", ") }),
                      ]
                        .filter(Boolean)
                        .join(" · ") || undefined
                    }
                    checked={isMine(ruleId) && !isOff(ruleId)}
                    onChange={(event) => turn(ruleId, event.currentTarget.checked)}
                  />
                </li>
              );
            })}
          </ul>
          {rules.data?.length === 0 && (
            <Text c="dimmed" fz="sm">
              {t("buildings.noRules")}
            </Text>
          )}
        </TabPanel>
        <TabPanel id="properties-title" title={t("buildings.properties")}>
          <p className="fine">{t("buildings.propertiesLead")}</p>
          {properties.map((property, at) => {
            const set = (patch: Partial<Property>) => {
              save.forget();
              setProperties(properties.map((each, index) => (index === at ? { ...each, ...patch } : each)));
            };
            return (
              <div key={at} className="property">
                <TextInput
                  aria-label={t("buildings.propertyName", { number: at + 1 })}
                  placeholder={t("buildings.name")}
                  value={property.name}
                  maxLength={100}
                  onChange={(event) => set({ name: event.currentTarget.value })}
                />
                <TextInput
                  aria-label={t("buildings.propertyValue", { name: property.name || at + 1 })}
                  placeholder={t("buildings.value")}
                  value={property.value}
                  maxLength={1000}
                  onChange={(event) => set({ value: event.currentTarget.value })}
                />
                <Button
                  variant="default"
                  aria-label={t("buildings.removeProperty", { name: property.name || at + 1 })}
                  onClick={() => setProperties(properties.filter((_, index) => index !== at))}
                >
                  <IconTrash size={16} aria-hidden />
                </Button>
              </div>
            );
          })}
          <Button variant="default" size="xs" onClick={() => setProperties([...properties, { name: "", value: "" }])}>
            {t("buildings.addProperty")}
          </Button>
        </TabPanel>
      </fieldset>
      <SaveRefusal saving={saving} fields={FIELDS} />
      <Done text={save.isSuccess && t("profile.saved")} />
      {mayWrite && (
        <Button type="submit" loading={save.isPending}>
          {t("buildings.save")}
        </Button>
      )}
    </form>
  );
}
