// Where a home stands and what is on its roof: the fields that adding and adjusting one have in common.
import { NumberInput, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";

export interface Place {
  zip: string | null;
  city: string | null;
  countryCode: string | null;
  timeZoneId: string | null;
  kwp: number | null;
}

interface Props {
  place: Place;
  onChange: (patch: Partial<Place>) => void;
  /** Why it was refused, if it was. */
  error: Error | null;
  /** A home that is there has a zone; one to be gets it from its place. */
  needsZone?: boolean;
}

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

export function PlaceFields({ place, onChange, error, needsZone = false }: Props) {
  const { t } = useTranslation();
  const text = (value: string) => value.trim() || null;
  return (
    <>
      <div className="two-fields">
        <TextInput
          label={t("buildings.field.zip")}
          value={place.zip ?? ""}
          maxLength={20}
          onChange={(event) => onChange({ zip: event.currentTarget.value || null })}
        />
        <TextInput
          label={t("buildings.field.city")}
          value={place.city ?? ""}
          maxLength={200}
          onChange={(event) => onChange({ city: event.currentTarget.value || null })}
        />
      </div>
      <div className="two-fields">
        <TextInput
          label={t("buildings.field.country")}
          description={t("buildings.field.countryLead")}
          value={place.countryCode ?? ""}
          maxLength={2}
          error={isAbout(error, "/countryCode") && t("buildings.field.countryWrong")}
          onChange={(event) => onChange({ countryCode: text(event.currentTarget.value.toUpperCase()) })}
        />
        <NumberInput
          label={t("buildings.field.kwp")}
          description={t("buildings.field.kwpLead")}
          value={place.kwp ?? ""}
          min={0}
          max={100_000}
          decimalScale={3}
          hideControls
          error={isAbout(error, "/kwp") && t("buildings.field.kwpWrong")}
          onChange={(value) => onChange({ kwp: value === "" ? null : Number(value) })}
        />
      </div>
      <Select
        label={t("buildings.field.zone")}
        description={needsZone ? undefined : t("buildings.field.zoneLead")}
        data={ZONES.includes(place.timeZoneId ?? "UTC") ? ZONES : [place.timeZoneId ?? "UTC", ...ZONES]}
        value={place.timeZoneId}
        onChange={(timeZoneId) => onChange({ timeZoneId })}
        searchable
        clearable={!needsZone}
        clearButtonProps={{ "aria-label": t("buildings.field.zoneNone") }}
        nothingFoundMessage={t("buildings.field.zoneNotFound")}
        error={isAbout(error, "/timeZoneId") && t("buildings.field.zoneWrong")}
      />
    </>
  );
}
