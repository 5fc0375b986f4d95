import { useTranslation } from "react-i18next";
import type { TicketState } from "../../api/support";

/** Whose turn it is, in a word. */
export function TicketBadge({ state }: { state: TicketState }) {
  const { t } = useTranslation();
  return (
    <span className="ticket-badge" data-state={state}>
      {t(`support.states.${state}`)}
    </span>
  );
}
