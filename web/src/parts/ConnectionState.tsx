import { useTranslation } from "react-i18next";
import type { Connection } from "../api/live";

/** A calm word on whether what is shown is current. */
export function ConnectionState({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  return (
    <span className="connection" data-connection={connection} role="status" title={t(`connection.${connection}`)}>
      <span className="connection-dot" aria-hidden />
      <span className="connection-word">{t(`connection.${connection}`)}</span>
    </span>
  );
}
