// Who is signed in, for everything shown below the gate.
import { createContext, useContext } from "react";
import type { Session } from "../api/client";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("nobody is signed in here");
  return session;
}
