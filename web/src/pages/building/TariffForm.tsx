// What a kWh costs in a building, as its settings take it: one price, a high and a low one with its hours, or prices the API sends.
import { Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import type { Building, Household, Tariff } from "../../api/buildings";
import { weekdayName } from "../../parts/formats";
import { TabPanel } from "./Dashboard";
import { SaveRefusal } from "./SaveRefusal";
import { asKind, asSent, halfDays, hoursOn, KINDS, WEEKDAYS, type Weekday, withHours } from "./tariffDraft";
import { usePresentWeek, Week } from "./TariffWeek";
import { useForeseen } from "./useForeseen";
import { useSaving } from "./useSaving";

const HERE = "/settings/tariff";
const FIELDS = ["/currency", "/minPrice", "/maxPrice", "/single/price"].map((field) => HERE + field);
const NONE = "NONE";
const A_MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

interface Props {
  household: Household;
  onCancel: () => void;
  onSaved: () => void;
}

const tariffOf = (building: Building): Tariff | null => building.settings?.tariff ?? null;

export function TariffForm({ household, onCancel, onSaved }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => tariffOf(household.building) ?? asKind(null, "SINGLE"));
  const saving = useSaving(household, { onFresh: (fresh) => setDraft(tariffOf(fresh)), onSaved });
  const { error } = saving.change;
  const week = usePresentWeek(household.building);
  const foreseen = useForeseen(household.building.customerBuildingId, draft, tariffOf(saving.read), week);
  // An empty field is told of once it is saved.
  const isWrong = (field: string, text: string | null) =>
    isAbout(error, HERE + field) || (text && isAbout(foreseen.refused, `/tariff${field}`));
  const half = draft ? halfDays(draft) : [];
  const change = (next: Tariff | null) => {
    saving.change.forget();
    setDraft(next);
  };
  const edit = (patch: Partial<Tariff>) => draft && change({ ...draft, ...patch });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (half.length > 0) return;
    const tariff = draft && asSent(draft, tariffOf(saving.read));
    saving.save({ ...saving.read, settings: { ...saving.read.settings, tariff } as never });
  };
  const priceField = (label: string, field: string, value: string | null, onText: (text: string) => void) => (
    <TextInput
      label={label}
      value={value ?? ""}
      inputMode="decimal"
      maxLength={20}
      autoComplete="off"
      error={isWrong(field, value) && t("buildings.priceWrong")}
      onChange={(event) => onText(event.currentTarget.value.trim().replace(",", "."))}
    />
  );
  return (
    <div className="tariff-editing">
      <form onSubmit={submit}>
        <TabPanel id="tariff-title" title={t("buildings.tariff")}>
          <div className="tariff-fields">
            <div className="two-fields">
              <NativeSelect
                label={t("buildings.tariffType")}
                value={draft?.type ?? NONE}
                data={[
                  ...KINDS.map((kind) => ({ value: kind, label: t(`buildings.tariffKind.${kind}`) })),
                  { value: NONE, label: t("buildings.tariffNone") },
                ]}
                onChange={({ currentTarget: { value } }) =>
                  change(asKind(draft ?? tariffOf(saving.read), KINDS.find((each) => each === value) ?? null))
                }
              />
              {draft && (
                <TextInput
                  label={t("buildings.currency")}
                  placeholder="CHF"
                  value={draft.currency ?? ""}
                  maxLength={3}
                  autoComplete="off"
                  error={isWrong("/currency", draft.currency) && t("buildings.currencyWrong")}
                  onChange={(event) => edit({ currency: event.currentTarget.value.trim().toUpperCase() || null })}
                />
              )}
            </div>
            {!draft && <Text fz="sm">{t("buildings.tariffNoneLead")}</Text>}
            {draft?.type === "SINGLE" &&
              priceField(t("buildings.singlePrice"), "/single/price", draft.single?.price ?? "", (price) =>
                edit({ single: { price } }),
              )}
            {draft?.type === "DUAL" && (
              <>
                <div className="two-fields">
                  {priceField(t("buildings.highPrice"), "/maxPrice", draft.maxPrice, (text) =>
                    edit({ maxPrice: text || null }),
                  )}
                  {priceField(t("buildings.lowPrice"), "/minPrice", draft.minPrice, (text) =>
                    edit({ minPrice: text || null }),
                  )}
                </div>
                <LowHours draft={draft} half={half} onChange={edit} />
              </>
            )}
            {draft?.type === "DYNAMIC" && (
              <Text fz="sm">{t("buildings.dynamicLead", { count: draft.dynamic?.slices.length ?? 0 })}</Text>
            )}
            <SaveRefusal saving={saving} fields={FIELDS} />
            <div className="row-side">
              <Button type="submit" loading={saving.change.isPending}>
                {t("buildings.save")}
              </Button>
              <Button variant="default" onClick={onCancel}>
                {t("accounts.cancel")}
              </Button>
            </div>
          </div>
        </TabPanel>
      </form>
      {draft && (
        <div className="tariff-preview">
          <Week
            title={t("buildings.weekPreview")}
            tariff={draft}
            week={week}
            prices={foreseen.prices}
            asked={foreseen.asked}
          />
        </div>
      )}
    </div>
  );
}

interface HoursProps {
  draft: Tariff;
  /** Days of which one time is missing. */
  half: Weekday[];
  onChange: (patch: Partial<Tariff>) => void;
}

/** When the low tariff begins and ends on each weekday. */
function LowHours({ draft, half, onChange }: HoursProps) {
  const { t, i18n } = useTranslation();
  const low = draft.dual?.lowTariff;
  const set = (days: readonly Weekday[], hours: [string, string]) =>
    onChange({ dual: { lowTariff: days.reduce((so, day) => withHours(so, day, hours), low ?? ({} as never)) } });
  const nameOf = (at: number) => weekdayName(A_MONDAY_MS + at * DAY_MS, i18n.language, "UTC", "long");
  return (
    <fieldset className="low-hours">
      <legend>{t("buildings.lowHours")}</legend>
      <p className="fine">{t("buildings.lowHoursLead")}</p>
      {WEEKDAYS.map((day, at) => {
        const [start, end] = hoursOn(low, day);
        const name = nameOf(at);
        return (
          <div key={day} className="low-day">
            <div>
              <span aria-hidden>{name}</span>
              <span className="fine">{noteOf(start, end)}</span>
            </div>
            <TextInput
              type="time"
              aria-label={t("buildings.lowFrom", { day: name })}
              value={start}
              error={half.includes(day) && !start && t("buildings.timeMissing")}
              onChange={(event) => set([day], [event.currentTarget.value, end])}
            />
            <TextInput
              type="time"
              aria-label={t("buildings.lowUntil", { day: name })}
              value={end}
              error={half.includes(day) && !end && t("buildings.timeMissing")}
              onChange={(event) => set([day], [start, event.currentTarget.value])}
            />
          </div>
        );
      })}
      <Button size="xs" variant="default" onClick={() => set(WEEKDAYS, hoursOn(low, "monday"))}>
        {t("buildings.likeMonday")}
      </Button>
    </fieldset>
  );

  function noteOf(start: string, end: string): string {
    if (!start && !end) return t("buildings.never");
    if (!start || !end || start < end) return "";
    return t(start === end ? "buildings.wholeDay" : "buildings.nextDay");
  }
}
