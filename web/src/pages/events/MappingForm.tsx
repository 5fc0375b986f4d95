// What the columns of the file hold: a column per kind of reading, or a row per reading.
import { Autocomplete, SegmentedControl, Select, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Mistake } from "../../api/client";
import type { Mapping } from "../../api/events";
import { catalogueQuery } from "../../api/rules";
import { useSentences } from "../../texts/sentences";

interface Props {
  columns: string[];
  mapping: Mapping;
  /** What cannot be, by JSON pointer. */
  mistakes: Mistake[];
  onChange: (mapping: Mapping) => void;
}

export function MappingForm({ columns, mapping, mistakes, onChange }: Props) {
  const { t } = useTranslation();
  const say = useSentences();
  const catalogue = useQuery(catalogueQuery).data;
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  const change = (patch: Partial<Mapping>) => onChange({ ...mapping, ...patch });
  const isLong = Boolean(mapping.type || mapping.value);
  const mistake = (field: string) => {
    const found = mistakes.find(({ pointer }) => pointer === `/mapping/${field}`);
    return found && say(found.detail);
  };
  const column = (
    field: "type" | "value" | "deviceColumn" | "sourceColumn" | "deviceNameColumn",
    isNeeded: boolean,
  ) => ({
    data: columns,
    value: mapping[field] || null,
    onChange: (chosen: string | null) => change({ [field]: chosen ?? "" }),
    clearable: !isNeeded,
    clearButtonProps: { "aria-label": t("events.import.noColumn") },
    placeholder: t("events.import.noColumn"),
  });
  return (
    <section className="panel import-mapping" aria-labelledby="mapping-title">
      <div className="import-mapping-head">
        <Title order={2} id="mapping-title" className="panel-title">
          {t("events.import.columns")}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t("events.import.form")}
          value={isLong ? "long" : "wide"}
          onChange={(form) =>
            change(
              form === "long"
                ? { values: {}, type: columns[1] ?? columns[0] ?? "", value: columns.at(-1) ?? "" }
                : { type: "", value: "" },
            )
          }
          data={[
            { value: "wide", label: t("events.import.wide") },
            { value: "long", label: t("events.import.long") },
          ]}
        />
      </div>
      <div className="import-fields">
        <Select
          label={t("events.import.timestamp")}
          data={columns}
          value={mapping.timestamp || null}
          allowDeselect={false}
          onChange={(timestamp) => change({ timestamp: timestamp ?? "" })}
          error={mistake("timestamp")}
        />
        <Autocomplete
          label={t("events.import.zone")}
          description={t("events.import.zoneLead")}
          data={zones}
          limit={40}
          value={mapping.zone ?? ""}
          onChange={(zone) => change({ zone })}
          error={mistake("zone")}
        />
        {isLong && (
          <>
            <Select label={t("events.import.type")} {...column("type", true)} />
            <Select label={t("events.import.value")} {...column("value", true)} />
          </>
        )}
        <Select label={t("events.import.deviceColumn")} {...column("deviceColumn", false)} />
        {!mapping.deviceColumn && (
          <TextInput
            label={t("events.import.deviceId")}
            value={mapping.deviceId ?? ""}
            maxLength={100}
            onChange={(event) => change({ deviceId: event.currentTarget.value })}
            error={mistake("deviceId")}
          />
        )}
        <Select label={t("events.import.sourceColumn")} {...column("sourceColumn", false)} />
        {!mapping.sourceColumn && (
          <Select
            label={t("events.import.source")}
            data={catalogue?.sources ?? [mapping.source ?? ""]}
            value={mapping.source || null}
            onChange={(source) => change({ source: source ?? "" })}
            clearable
            clearButtonProps={{ "aria-label": t("events.import.noSource") }}
            placeholder={t("events.import.noSource")}
            error={mistake("source")}
          />
        )}
      </div>
      {!isLong && (
        <>
          <Text fw={600} fz="sm" mt="md">
            {t("events.import.holds")}
          </Text>
          {mistake("values") && (
            <p className="field-error" role="alert">
              {mistake("values")}
            </p>
          )}
          <ul className="import-columns">
            {columns
              .filter(
                (name) => name !== mapping.timestamp && name !== mapping.deviceColumn && name !== mapping.sourceColumn,
              )
              .map((name) => (
                <li key={name}>
                  <Select
                    label={name}
                    placeholder={t("events.import.notTaken")}
                    data={(catalogue?.eventTypes ?? []).map((type) => ({
                      value: type.name,
                      label: type.unit ? `${type.name} (${type.unit})` : type.name,
                    }))}
                    value={Object.entries(mapping.values ?? {}).find(([, held]) => held === name)?.[0] ?? null}
                    onChange={(type) => change({ values: held(mapping, name, type) })}
                    searchable
                    clearable
                    clearButtonProps={{ "aria-label": t("events.import.notTaken") }}
                    nothingFoundMessage={t("events.noType")}
                  />
                </li>
              ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Each type is held by one column. */
function held(mapping: Mapping, column: string, type: string | null): Record<string, string> {
  const others = Object.entries(mapping.values ?? {}).filter(([each, name]) => name !== column && each !== type);
  return Object.fromEntries(type ? [...others, [type, column]] : others);
}
