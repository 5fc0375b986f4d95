import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Status } from "../api/client";

const ICONS = {
  DELIVERED: IconCircleCheck,
  PENDING: IconClock,
  FAILED: IconAlertTriangle,
  DROPPED: IconCircleMinus,
} as const;

export const STATUSES = Object.keys(ICONS) as Status[];

/** What a count of those with a status is called in answers of the server. */
export const COUNT_OF = { DELIVERED: "delivered", PENDING: "pending", FAILED: "failed", DROPPED: "dropped" } as const;

export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation();
  const Icon = ICONS[status];
  return (
    <span className="badge" data-status={status}>
      <Icon size={14} aria-hidden />
      {t(`status.${status}`)}
    </span>
  );
}
