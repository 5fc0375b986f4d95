import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** What a tab says of a home that has sent nothing. */
export function NothingYet() {
  const { t } = useTranslation();
  return (
    <div className="panel empty">
      <Text fw={600}>{t("buildings.nothingYet")}</Text>
      <Text c="dimmed" fz="sm">
        {t("buildings.nothingYetLead")}
      </Text>
    </div>
  );
}
