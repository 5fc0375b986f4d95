import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  /** What could not be fetched. */
  text: string;
  onAgain: () => unknown;
  /** Whether it stands in a panel, among its rows, not in the place of one. */
  isRow?: boolean;
}

/** What stands where something could not be fetched, with another try. */
export function Broken({ text, onAgain, isRow = false }: Props) {
  const { t } = useTranslation();
  return (
    <div className={isRow ? "row" : "panel empty"} role="alert">
      <Text mb={isRow ? undefined : "sm"}>{text}</Text>
      <Button variant="default" onClick={() => void onAgain()}>
        {t("list.again")}
      </Button>
    </div>
  );
}
