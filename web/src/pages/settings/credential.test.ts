import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../api/fulfilment";
import { keepsCredential } from "./credential";

const endpoint = (authentication: Endpoint["authentication"]): Endpoint => ({
  url: "https://hooks.example.com/hearth",
  authentication,
  credentialSetAtMs: 1,
  requestsPerSecond: null,
  signingSecretSetAtMs: 1,
  oldSecretUntilMs: null,
  isEnabled: true,
  disabledReason: null,
  version: "0d9c8b7a6f5e4d3c",
});
const bearer = endpoint({ kind: "bearer" });
const oauth = endpoint({ kind: "oauth", tokenUrl: "https://login.example.com/token", clientId: "x", scope: "" });

describe("a stored credential", () => {
  it("stays on the same origin, however it is spelt", () => {
    expect(keepsCredential(bearer, "https://HOOKS.example.com:443/other?x=1", "bearer", "")).toBe(true);
    expect(keepsCredential(oauth, oauth.url, "oauth", "https://login.example.com/v2")).toBe(true);
  });
  it("does not go to another host, port, scheme, kind or token server", () => {
    for (const url of ["https://evil.example.com/", "https://hooks.example.com:8443/", "http://hooks.example.com/", ""])
      expect(keepsCredential(bearer, url, "bearer", "")).toBe(false);
    expect(keepsCredential(bearer, bearer.url, "basic", "")).toBe(false);
    expect(keepsCredential(oauth, oauth.url, "oauth", "https://evil.example.com/token")).toBe(false);
  });
  it("is none where none is stored", () => {
    expect(keepsCredential(null, bearer.url, "bearer", "")).toBe(false);
    expect(keepsCredential({ ...bearer, credentialSetAtMs: null }, bearer.url, "bearer", "")).toBe(false);
  });
});
