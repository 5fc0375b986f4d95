// A length of time as a number and its unit; empty where none is needed.
import { Group, Input, NativeSelect, NumberInput } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { partsOf, type Unit, UNITS } from "./duration";

interface Props {
  label: string;
  description?: string | undefined;
  error?: string | undefined;
  seconds: number | null | undefined;
  isOptional?: boolean;
  onChange: (seconds: number | null) => void;
}

export function DurationInput({ label, description, error, seconds, isOptional = false, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const shown = partsOf(seconds ?? 0);
  // An amount of nothing has no unit of its own, and 24 hours stay hours while they are typed.
  const [chosen, setChosen] = useState<Unit>(seconds ? shown.unit : "hours");
  const unit = (seconds ?? 0) % UNITS[chosen] === 0 ? chosen : shown.unit;
  const amount = seconds === null || seconds === undefined ? "" : seconds / UNITS[unit];
  return (
    <Input.Wrapper label={label} description={description} error={error} id={id}>
      <Group gap={6} wrap="nowrap">
        <NumberInput
          id={id}
          min={0}
          max={100_000}
          allowDecimal={false}
          value={amount}
          onChange={(value) => onChange(value === "" ? (isOptional ? null : 0) : Number(value) * UNITS[unit])}
          w={96}
          error={Boolean(error)}
        />
        <NativeSelect
          aria-label={t("rule.unitOf", { label })}
          value={unit}
          data={(Object.keys(UNITS) as Unit[]).map((each) => ({ value: each, label: t(`rule.unit.${each}`) }))}
          onChange={(event) => {
            const next = event.currentTarget.value as Unit;
            setChosen(next);
            if (typeof amount === "number") onChange(amount * UNITS[next]);
          }}
        />
      </Group>
    </Input.Wrapper>
  );
}
