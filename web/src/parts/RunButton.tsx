import { Button, type ButtonProps } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface Props extends Omit<ButtonProps, "children" | "leftSection"> {
  label: string;
  isRunning: boolean;
}

/** Sends a form that runs something, and cancels what runs. As wide as the longer of its words, so that nothing beside it moves. */
export function RunButton({ label, isRunning, ...props }: Props) {
  const { t } = useTranslation();
  const Icon = isRunning ? IconPlayerStop : IconPlayerPlay;
  return (
    <Button {...props} type="submit" leftSection={<Icon size={16} aria-hidden />}>
      <span className="either">
        <span data-hidden={isRunning || undefined}>{label}</span>
        <span data-hidden={!isRunning || undefined}>{t("rule.cancel")}</span>
      </span>
    </Button>
  );
}
