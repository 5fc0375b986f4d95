// Whether a stored password, token or client secret goes on with what is being entered. The server decides it alike.
import type { Endpoint, Kind } from "../../api/fulfilment";

/** Scheme, host and port; null for what is no URL (yet). */
function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}

/** Whether the stored credential stays good for what is being entered. */
export function keepsCredential(endpoint: Endpoint | null, url: string, kind: Kind, tokenUrl: string): boolean {
  if (!endpoint || endpoint.credentialSetAtMs === null || endpoint.authentication.kind !== kind) return false;
  if (originOf(url) !== originOf(endpoint.url)) return false;
  return endpoint.authentication.kind !== "oauth" || originOf(tokenUrl) === originOf(endpoint.authentication.tokenUrl);
}
