// Why an attempt failed, in the viewer's language. The server says it in fixed English phrases, which are shown as they are
// where one is not known here.
import type { TFunction } from "i18next";

const PHRASES = [
  [/^no answer within (\S+) s$/, "late"],
  [/^no connection$/, "noConnection"],
  [/^its TLS certificate cannot be trusted$/, "certificate"],
  [/^the connection broke before an answer came$/, "broke"],
  [/^what came back is no HTTP answer$/, "noHttp"],
  [/^its address cannot be used$/, "badAddress"],
  [/^the name (\S+) cannot be resolved$/, "unresolved"],
  [/^(\S+) does not lead to a public address/, "private"],
  [/^the token URL answered (\d+(?: \(\w+\))?)$/, "tokenAnswered"],
  [/^the token URL's answer holds none/, "noTokenIn"],
  [/^expired before it could be sent$/, "expired"],
  [/^endpoint disabled:/, "disabled"],
  [/^the building or its rule was switched off while it was held$/, "switchedOff"],
  [/^the customer has no endpoint any more$/, "noEndpoint"],
] as const;

/** The phrase, or null for one that is not known. */
export function failureWords(t: TFunction, error: string): string | null {
  const token = /^no access token: (?:the token URL: )?(.*)$/.exec(error)?.[1];
  if (token !== undefined) {
    const why = failureWords(t, token);
    return why === null ? null : t("fulfilment.failure.token", { why });
  }
  for (const [pattern, key] of PHRASES) {
    const found = pattern.exec(error);
    if (found) return t(`fulfilment.failure.${key}`, { what: found[1] ?? "" });
  }
  return null;
}
