// Notifications that the rule really made: each in full, with the trace of its evaluation.
import { Drawer } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NotificationContent } from "../notifications/NotificationDrawer";
import { Steps, useStep } from "./Steps";

interface Props {
  /** Shown one after the other; none closes it. */
  ids: string[];
  onClose: () => void;
}

export function MadeDrawer({ ids, onClose }: Props) {
  const { t } = useTranslation();
  const { item: id, at, step } = useStep(ids);
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={<span className="drawer-title">{t("rule.made")}</span>}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      <Steps at={at} count={ids.length} onStep={step} />
      {id !== undefined && <NotificationContent key={id} id={id} />}
    </Drawer>
  );
}
