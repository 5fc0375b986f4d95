import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The product's sign and name. */
export function Wordmark({ size = 26 }: { size?: number }) {
  const { t } = useTranslation();
  return (
    <Group gap={9} wrap="nowrap">
      <img src={`${import.meta.env.BASE_URL}favicon.svg`} width={size} height={size} alt="" />
      <Text component="span" className="wordmark-name" fw={700} fz={size * 0.66} lts="-0.01em" lh={1}>
        {t("product")}
      </Text>
    </Group>
  );
}
