import { useTranslation } from "react-i18next";
import { exactTime, relativeTime } from "./formats";
import { useSession } from "./session";
import { useNow } from "./useNow";

/** An instant, how long ago and exactly, in the customer's time zone. */
export function Time({ atMs }: { atMs: number }) {
  const { i18n } = useTranslation();
  const { timeZoneId } = useSession();
  const now = useNow();
  return (
    <time className="time" dateTime={new Date(atMs).toISOString()}>
      <span>{relativeTime(atMs, now, i18n.language)}</span>
      <span className="time-exact">{exactTime(atMs, i18n.language, timeZoneId)}</span>
    </time>
  );
}
