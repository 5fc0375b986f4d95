import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  isUnderWay: boolean;
  onTest: () => void;
}

/** Sends a test notification over a way as it is saved. */
export function TestButton({ isUnderWay, onTest }: Props) {
  const { t } = useTranslation();
  return (
    <div className="test">
      <Button variant="default" loading={isUnderWay} onClick={onTest}>
        {t("fulfilment.test")}
      </Button>
      <Text c="dimmed" fz="sm">
        {t("fulfilment.testLead")}
      </Text>
    </div>
  );
}
