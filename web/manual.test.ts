// The manual of the console: every link and every "?" leads to a section that there is, in every language.
import { describe, expect, it } from "vitest";
import { markdown, readManual } from "./manual";
import de from "./src/texts/de.json";
import en from "./src/texts/en.json";
import fr from "./src/texts/fr.json";
import { HELP_OF } from "./src/parts/help/helpOf";

const pages = readManual();
const targets = new Set(
  pages.flatMap(({ language, id, sections }) =>
    sections.map(({ anchor }) => `${language} ${id}${anchor && `#${anchor}`}`),
  ),
);

it("has the pages of each part, and not the decisions", () => {
  const ids = pages.filter(({ language }) => language === "en").map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining(["", "operate", "write-rules/in-the-console", "language/diagnostics/empty"]),
  );
  expect(ids.filter((id) => id.startsWith("decisions"))).toEqual([]);
  expect(pages.filter(({ title }) => title === "")).toEqual([]);
});

it.each(Object.entries(HELP_OF))("explains %s", (_address, target) => {
  expect(targets).toContain(`en ${target}`);
});

it.each(pages.map((page) => [`${page.language}/${page.id}`, page] as const))("%s leads somewhere", (_name, page) => {
  const links = [...page.html.matchAll(/href="\/console\/help\/?([^"]*)"/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !targets.has(`en ${link}`))).toEqual([]);
  expect(page.html).not.toMatch(/<script|javascript:|href="(?!\/console\/help|https?:|mailto:)/);
});

describe.each(pages.filter(({ language }) => language !== "en"))("$language/$id", ({ id, sections }) => {
  it("has the sections of the English page", () => {
    const english = pages.find((page) => page.language === "en" && page.id === id);
    expect(sections.map(({ anchor }) => anchor)).toEqual(english?.sections.map(({ anchor }) => anchor));
  });
});

it("takes HTML in a page for text", () => {
  expect(markdown.render('Some <b onclick="steal()">words</b>')).toContain("Some &lt;b onclick=");
  expect(markdown.render("<script>steal()</script>")).toContain("&lt;script&gt;");
});

it.each(Object.entries({ en, de, fr }))("calls what may need a look as the page does: %s", (of, { standing }) => {
  const page = pages.find(({ language, id }) => language === of && id === "operate/overview");
  const section = page?.sections.find(({ heading }) => heading === standing.title);
  for (const label of ["homes", "opened", "ignored", "rules", "endpoint", "forecasts"] as const)
    expect(section?.text).toContain(standing[label]);
});

it("says links to what the console does not have as words", () => {
  const page = pages.find(({ language, id }) => language === "en" && id === "write-rules/predefined-rules");
  expect(page?.html).not.toContain('.yaml"');
  expect(pages.find(({ language, id }) => language === "en" && id === "")?.html).not.toContain("decisions");
});
