import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import de from "../../texts/de.json";
import { failureWords } from "./failures";

describe("why an attempt failed", () => {
  beforeAll(() => i18next.init({ lng: "de", resources: { de: { translation: de } } }));
  it.each([
    ["no answer within 15 s", "keine Antwort innert 15 s"],
    ["the name hooks.example.com cannot be resolved", "der Name hooks.example.com lässt sich nicht auflösen"],
    [
      "no access token: the token URL answered 401 (invalid_client)",
      "kein Zugriffstoken: die Token-URL hat mit 401 (invalid_client) geantwortet",
    ],
    ["no access token: the token URL: no connection", "kein Zugriffstoken: keine Verbindung"],
  ])("%s", (error, words) => expect(failureWords(i18next.t, error)).toBe(words));
  it("stays as it is where it is not known", () => expect(failureWords(i18next.t, "something else")).toBeNull());
});
