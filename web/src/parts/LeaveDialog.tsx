import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Blocked {
  status: "blocked" | "idle";
  proceed?: (() => void) | undefined;
  reset?: (() => void) | undefined;
}

interface Props {
  blocker: Blocked;
  title: string;
  text: string;
}

/** Asks before what is under way is lost. */
export function LeaveDialog({ blocker, title, text }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={blocker.status === "blocked"}
      onClose={() => blocker.reset?.()}
      title={title}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      <Text mb="md">{text}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          {t("rule.leave")}
        </Button>
        <Button onClick={() => blocker.reset?.()} data-autofocus>
          {t("rule.stay")}
        </Button>
      </Group>
    </Modal>
  );
}
