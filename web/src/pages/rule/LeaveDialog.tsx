import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Blocked {
  status: "blocked" | "idle";
  proceed?: (() => void) | undefined;
  reset?: (() => void) | undefined;
}

/** Asks before unsaved changes are lost. */
export function LeaveDialog({ blocker }: { blocker: Blocked }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={blocker.status === "blocked"}
      onClose={() => blocker.reset?.()}
      title={t("rule.leaveTitle")}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      <Text mb="md">{t("rule.leaveText")}</Text>
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
