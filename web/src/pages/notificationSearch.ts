// What the address of the notifications keeps: what one looks for, and how it is shown.
import type { Interaction, Status } from "../api/client";
import { STATUSES } from "../parts/StatusBadge";
import { LANGUAGES } from "../texts";
import { readDay, readText } from "./ruleSearch";

export const INTERACTIONS = [
  "OPENAPP",
  "OPENWEB",
  "VIEWED",
  "DISMISS",
  "STOPDELIVERY",
  "COMMAND",
] as const satisfies Interaction[];
const SOUGHT_INTERACTIONS = ["NONE", ...INTERACTIONS] as const;

/** `from` and `to` are local days, both inclusive; `view`: the rules instead of the list. */
export interface NotificationSearch {
  view?: "rules" | undefined;
  status?: Status | undefined;
  building?: string | undefined;
  rule?: string | undefined;
  interaction?: Interaction | "NONE" | undefined;
  from?: string | undefined;
  to?: string | undefined;
  texts?: string | undefined;
}

export const readNotificationSearch = (search: Record<string, unknown>): NotificationSearch => ({
  view: search.view === "rules" ? "rules" : undefined,
  status: STATUSES.find((status) => status === search.status),
  building: readText(search.building),
  rule: readText(search.rule),
  interaction: SOUGHT_INTERACTIONS.find((each) => each === search.interaction),
  from: readDay(search.from),
  to: readDay(search.to),
  texts: LANGUAGES.find((language) => language === search.texts),
});
