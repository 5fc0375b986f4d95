import { Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

/** What stands where a rule was. */
export function MissingRule() {
  const { t } = useTranslation();
  return (
    <div className="panel empty">
      <Title order={1} fz="h3" mb={4}>
        {t("rule.missing")}
      </Title>
      <Text c="dimmed" mb="sm">
        {t("rule.missingLead")}
      </Text>
      <Link to="/rules" className="text-link">
        {t("rule.toRules")}
      </Link>
    </div>
  );
}
