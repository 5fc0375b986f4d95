// The pages that one can go to from anywhere, in the order of the navigation, and the permission each needs.
import type { Permission } from "../api/client";
import { useSession } from "./session";

interface Place {
  to: string;
  /** The key of its name among the texts. */
  name: string;
  needs: Permission | null;
}

const PLACES = {
  main: [
    { to: "/", name: "nav.overview", needs: null },
    { to: "/notifications", name: "list.title", needs: "read:pushnotifications" },
    { to: "/rules", name: "nav.rules", needs: "read:rules" },
    { to: "/events", name: "events.title", needs: "read:events" },
    { to: "/buildings", name: "buildings.title", needs: "read:buildings" },
    { to: "/context-services", name: "context.title", needs: "read:statistics" },
  ],
  // Reached through the pages of the main navigation.
  inner: [
    { to: "/rules/catalogue", name: "rules.catalogue", needs: "read:rules" },
    { to: "/rules/new", name: "rules.add", needs: "write:rules" },
    { to: "/events/import", name: "events.import.title", needs: "write:events" },
    { to: "/start", name: "start.title", needs: null },
    { to: "/profile", name: "profile.title", needs: null },
    { to: "/help", name: "help.title", needs: null },
    { to: "/support", name: "support.title", needs: null },
  ],
  settings: [
    { to: "/settings/data", name: "data.title", needs: "admin:users" },
    { to: "/settings/members", name: "members.title", needs: "admin:users" },
    { to: "/settings/fulfilment", name: "fulfilment.title", needs: "admin:all" },
    { to: "/settings/event-categories", name: "event-categories.title", needs: "admin:users" },
    { to: "/settings/audit", name: "audit.title", needs: "admin:all" },
  ],
} as const satisfies Record<string, readonly Place[]>;

type Part = keyof typeof PLACES;

/** The places of these parts that the member may see. */
export function usePlaces<P extends Part>(...parts: P[]): (typeof PLACES)[P][number][] {
  const { permissions } = useSession();
  return parts
    .flatMap((part): (typeof PLACES)[P][number][] => [...PLACES[part]])
    .filter(({ needs }) => needs === null || permissions.includes(needs));
}
