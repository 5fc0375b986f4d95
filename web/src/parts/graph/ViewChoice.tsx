import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Whether lines are drawn or told in tables, as the address says it: `table`, or else drawn. */
export function ViewChoice({
  value,
  onChange,
}: {
  value: "table" | undefined;
  onChange: (value: "table" | undefined) => void;
}) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("rule.view")}
      value={value ?? "graph"}
      onChange={(chosen) => onChange(chosen === "table" ? "table" : undefined)}
      data={[
        { value: "graph", label: t("rule.asGraph") },
        { value: "table", label: t("rule.asTable") },
      ]}
    />
  );
}
