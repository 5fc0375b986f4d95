// Searching the manual as it is.
import { expect, it } from "vitest";
import { openSearch } from "./search";

const search = await openSearch("en");
const german = await openSearch("de");
const place = ({ id, anchor }: { id: string; anchor: string }) => id + (anchor && `#${anchor}`);

it("finds a page by its title before all that only mention it", () => {
  const [first] = search("weather");
  expect(first && place(first)).toBe("operate/weather");
});

it("finds a section by its heading before texts", () => {
  expect(search("audit log").slice(0, 2).map(place)).toContain("operate/members#audit-log");
});

it("takes beginnings of words, all of them, in any case", () => {
  expect(search("SIGN secr repl").map(place)).toContain("integrate/webhooks#replace-the-signing-secret");
  expect(search("webhook zzzz")).toEqual([]);
  expect(search("  ")).toEqual([]);
});

it("finds diagnostics by their code", () => {
  expect(search("decimal-comma").map(place)[0]).toBe("language/diagnostics/decimal-comma");
});

it("shows a piece of the text around what was sought, marked", () => {
  const found = search("open-meteo").find(({ snippet }) => snippet.includes("Open-Meteo"));
  expect(found?.snippet.length).toBeLessThan(200);
  const hits = found
    ?.mark(found.snippet)
    .filter(({ isHit }) => isHit)
    .map(({ text }) => text);
  expect(hits).toEqual(expect.arrayContaining(["Open", "Meteo"]));
});

it("speaks the reader's language where a page is translated, without accents too", () => {
  const found = german("ausdrucke");
  expect(found.map(place)).toContain("write-rules/in-the-console#write-expressions");
  expect(found.find(({ id }) => id === "write-rules/in-the-console")?.language).toBe("de");
  expect(german("run simulation").filter(({ id }) => id === "write-rules/in-the-console")).toEqual([]);
  expect(german("weather")[0]?.language).toBe("en");
});
