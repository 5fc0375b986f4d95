// The events that the rule looks at, each set under a name.
import { ActionIcon, Button, MultiSelect, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Dataset } from "../../api/public";
import { catalogueQuery } from "../../api/rules";
import { DurationInput } from "../../parts/DurationInput";
import { useEditing, useErrorAt } from "./editing";
import { PresentDatasetLine } from "./PresentLine";
import { Section } from "./Section";
import { useIds } from "./useIds";

const HOUR_SECONDS = 3_600;

export function Datasets() {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const { datasets } = draft;
  const { ids, changeTo } = useIds(datasets.length);
  const change = (index: number, patch: Partial<Dataset>) =>
    edit({ datasets: datasets.map((each, at) => (at === index ? { ...each, ...patch } : each)) });
  const add = () =>
    edit({
      datasets: [
        ...datasets,
        { name: freeName(datasets), kind: "TIME_SERIES", eventTypes: [], sources: [], timespanSeconds: HOUR_SECONDS },
      ],
    });
  return (
    <Section id="datasets" title={t("rule.datasets")} lead={t("rule.datasetsLead")}>
      <div className="datasets">
        {datasets.map((dataset, index) => (
          <DatasetFields
            key={ids[index]}
            dataset={dataset}
            index={index}
            onChange={(patch) => change(index, patch)}
            onRemove={() => {
              edit({ datasets: datasets.filter((_, at) => at !== index) });
              changeTo(ids.filter((_, at) => at !== index));
            }}
          />
        ))}
      </div>
      <Button variant="default" size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={add}>
        {t("rule.addDataset")}
      </Button>
    </Section>
  );
}

interface FieldsProps {
  dataset: Dataset;
  index: number;
  onChange: (patch: Partial<Dataset>) => void;
  onRemove: () => void;
}

function DatasetFields({ dataset, index, onChange, onRemove }: FieldsProps) {
  const { t } = useTranslation();
  const catalogue = useQuery(catalogueQuery);
  const at = `/datasets/${index}`;
  const nameError = useErrorAt(`${at}/name`);
  const typesError = useErrorAt(`${at}/eventTypes`);
  const sourcesError = useErrorAt(`${at}/sources`);
  const timespanError = useErrorAt(`${at}/timespanSeconds`);
  const types = catalogue.data?.eventTypes ?? [];
  const chosen = types.filter((type) => dataset.eventTypes.includes(type.name));
  const offered =
    chosen.length > 0 ? [...new Set(chosen.flatMap((type) => type.sources))] : (catalogue.data?.sources ?? []);
  return (
    <div className="dataset" role="group" aria-label={t("rule.datasetOf", { name: dataset.name || index + 1 })}>
      <TextInput
        label={t("rule.datasetName")}
        leftSection="$"
        value={dataset.name}
        error={nameError}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label={t("rule.kind")}
        value={dataset.kind}
        data={(["TIME_SERIES", "SINGLE_VALUE"] as const).map((kind) => ({
          value: kind,
          label: t(`rule.kinds.${kind}`),
        }))}
        onChange={(event) => onChange({ kind: event.currentTarget.value as Dataset["kind"] })}
      />
      <MultiSelect
        className="dataset-types"
        label={t("rule.eventTypes")}
        placeholder={dataset.eventTypes.length === 0 ? t("rule.eventTypesPlaceholder") : undefined}
        data={[...new Set([...types.map((type) => type.name), ...dataset.eventTypes])]}
        value={dataset.eventTypes}
        error={typesError}
        searchable
        hidePickedOptions
        onChange={(eventTypes) => onChange({ eventTypes })}
      />
      <MultiSelect
        className="dataset-sources"
        label={t("rule.sources")}
        placeholder={dataset.sources.length === 0 ? t("rule.allSources") : undefined}
        data={[...new Set([...offered, ...dataset.sources])].sort()}
        value={dataset.sources}
        error={sourcesError}
        searchable
        hidePickedOptions
        onChange={(sources) => onChange({ sources })}
      />
      <DurationInput
        label={t("rule.timespan")}
        seconds={dataset.timespanSeconds}
        isOptional
        error={timespanError}
        onChange={(timespanSeconds) => onChange({ timespanSeconds })}
      />
      <ActionIcon
        className="dataset-remove"
        variant="subtle"
        color="gray"
        size="lg"
        onClick={onRemove}
        aria-label={t("rule.removeDataset", { name: dataset.name || index + 1 })}
      >
        <IconTrash size={17} aria-hidden />
      </ActionIcon>
      <PresentDatasetLine name={dataset.name} />
    </div>
  );
}

function freeName(datasets: Dataset[]): string {
  const taken = new Set(datasets.map((each) => each.name));
  for (let number = datasets.length + 1; ; number += 1) if (!taken.has(`Data${number}`)) return `Data${number}`;
}
