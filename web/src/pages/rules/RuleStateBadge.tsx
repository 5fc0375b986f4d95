import { IconCircleCheck, IconCircleMinus, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";

const ICONS = { ACTIVE: IconCircleCheck, INACTIVE: IconCircleMinus, DRAFT: IconPencil } as const;
// A rule's state in the colours of a notification's.
const STATUS = { ACTIVE: "DELIVERED", INACTIVE: "DROPPED", DRAFT: "PENDING" } as const;

export function RuleStateBadge({ state }: { state: Rule["ruleState"] }) {
  const { t } = useTranslation();
  const Icon = ICONS[state];
  return (
    <span className="badge" data-status={STATUS[state]}>
      <Icon size={14} aria-hidden />
      {t(`rules.state.${state}`)}
    </span>
  );
}
