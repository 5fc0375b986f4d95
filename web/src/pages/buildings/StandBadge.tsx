import { IconActivity, IconClockPause, IconPlayerPause, IconSeeding } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { BuildingRow } from "../../api/buildings";

const ICONS = { ACTIVE: IconActivity, SILENT: IconClockPause, NEW: IconSeeding, DEACTIVATED: IconPlayerPause } as const;
const LOOKS = { ACTIVE: "DELIVERED", SILENT: "FAILED", NEW: "PENDING", DEACTIVATED: "DROPPED" } as const;

/** Whether a home is heard of, in a word. */
export function StandBadge({ status }: { status: BuildingRow["status"] }) {
  const { t } = useTranslation();
  const Icon = ICONS[status];
  return (
    <span className="badge" data-status={LOOKS[status]}>
      <Icon size={14} aria-hidden />
      {t(`buildings.status.${status}`)}
    </span>
  );
}
