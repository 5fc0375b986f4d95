// Who is signed in, for everything shown below the gate.
import { createContext, useContext } from "react";
import type { Permission, Session } from "../api/client";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("nobody is signed in here");
  return session;
}

/** Whether the member's role has the permission. The server decides; this spares buttons that it would refuse. */
export function useAllowed(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

/** Whether the member sees what notifications led to: what households did is not everybody's. */
export function useMayReadImpact(): boolean {
  const { permissions } = useSession();
  return permissions.includes("read:statistics") && permissions.includes("read:pushnotifications");
}
