import { useTranslation } from "react-i18next";
import { TypedInput } from "./TypedInput";

interface Range {
  from?: string | undefined;
  to?: string | undefined;
}

interface Props extends Range {
  onChange: (patch: Range) => void;
}

/** Two local days, both inclusive, from the address. */
export function DayRange({ from, to, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TypedInput
        type="date"
        label={t("rule.from")}
        value={from ?? ""}
        max={to}
        onText={(day) => onChange({ from: day || undefined })}
      />
      <TypedInput
        type="date"
        label={t("rule.to")}
        value={to ?? ""}
        min={from}
        onText={(day) => onChange({ to: day || undefined })}
      />
    </>
  );
}
