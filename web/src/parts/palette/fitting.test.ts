import { expect, it } from "vitest";
import { fitting } from "./fitting";

const names = ["Rules", "Daily energy report", "Règles pour énergie", "Overview"].map((name) => ({ name }));
const found = (text: string) => fitting(names, text, "en").map(({ name }) => name);

it("finds each word anywhere in the name, whatever its accents and case", () => {
  expect(found("ENERGIE")).toEqual(["Règles pour énergie"]);
  expect(found("report daily")).toEqual(["Daily energy report"]);
});

it("puts names that begin with the text first, then those with a word that does", () => {
  expect(found("r")).toEqual(["Rules", "Règles pour énergie", "Daily energy report", "Overview"]);
});

it("finds all with nothing typed and nothing with what is in no name", () => {
  expect(found("  ")).toHaveLength(4);
  expect(found("rules x")).toEqual([]);
});

it("takes ß for ss, as the server does", () => {
  const homes = [{ name: "Großenhain" }, { name: "Grossenhain" }, { name: "Grosenhain" }];
  for (const text of ["GROSSEN", "großen"]) expect(fitting(homes, text, "de")).toEqual(homes.slice(0, 2));
});

it("looks through more than the name where there is more, the names first", () => {
  const homes = [
    { name: "house-1", city: "Zürich" },
    { name: "zurich-2", city: "Bern" },
  ];
  const found = (text: string) => fitting(homes, text, "en", ({ city }) => city).map(({ name }) => name);
  expect(found("zurich")).toEqual(["zurich-2", "house-1"]);
  expect(found("1 zür")).toEqual(["house-1"]);
});
