import { describe, expect, it } from "vitest";
import de from "./de.json";
import en from "./en.json";
import fr from "./fr.json";

function flat(texts: object, prefix = ""): Map<string, string> {
  const entries = Object.entries(texts).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : [...flat(value as object, `${prefix}${key}.`)],
  );
  return new Map(entries);
}

const placeholders = (text: string) => [...text.matchAll(/{{\w+}}/g)].map(([found]) => found).sort();

describe.each([
  ["de", de],
  ["fr", fr],
])("the texts in %s", (_language, texts) => {
  it("say what the English ones say, with the same placeholders", () => {
    const english = flat(en);
    const other = flat(texts);
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) expect(placeholders(other.get(key) ?? ""), key).toEqual(placeholders(text));
  });
});

it("in French no sign stands alone at the beginning of a line: the space before it does not break", () => {
  const breaking = /[^\s,] (?:[:;?!»](?=\s|$)|[%…])|« /;
  // These list the characters that may be written.
  const lists = /(?:et|ou) : \. _ -|- _ \. ~ %/;
  const wrong = [...flat(fr)].filter(([, text]) => breaking.test(text) && !lists.test(text));
  expect(wrong).toEqual([]);
});
