import { IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Of a rule of which 99 % of the notifications are ignored. */
export function IgnoredBadge() {
  const { t } = useTranslation();
  return (
    <span className="badge" data-priority="high">
      <IconBellOff size={14} aria-hidden />
      {t("impact.isIgnored")}
    </span>
  );
}
