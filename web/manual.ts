// The manual for the console: the Markdown pages of docs/ become modules, each fetched when it is opened, and what is searched.
// Made when the pages are built, so a browser gets finished, safe HTML. Without the decisions, which are for developers.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import GithubSlugger from "github-slugger";
import highlighter from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import http from "highlight.js/lib/languages/http";
import ini from "highlight.js/lib/languages/ini";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import yaml from "highlight.js/lib/languages/yaml";
import MarkdownIt, { type Token } from "markdown-it";
import type { Plugin } from "vite";

export const DOCS = resolve(import.meta.dirname, "../docs");
const LANGUAGES = ["en", "de", "fr"] as const;
const BASE = "/console/help";
const LEFT_OUT = /^decisions\//;
const MODULE = "virtual:manual/";

type Language = (typeof LANGUAGES)[number];

/** A heading and what stands below it, as plain text. The first one of a page is its title's, without an anchor. */
export interface Section {
  anchor: string;
  heading: string;
  text: string;
}

/** A page in one language. `id`: its path without `README` and `.md`; the start page's is empty. */
export interface Page {
  id: string;
  language: Language;
  title: string;
  html: string;
  sections: Section[];
  /** Files that stand in the HTML as `@@file:…@@`. */
  images: string[];
}

for (const [name, language] of Object.entries({ bash, http, ini, json, python, yaml })) {
  highlighter.registerLanguage(name, language);
}
highlighter.registerAliases(["sh"], { languageName: "bash" });
highlighter.registerAliases(["toml"], { languageName: "ini" });
highlighter.registerAliases(["jsonl"], { languageName: "json" });
highlighter.registerLanguage("hearth", () => ({
  name: "The rule language",
  unicodeRegex: true,
  contains: [
    { className: "string", begin: /"/, end: /"/ },
    { className: "variable", begin: /\$[\p{L}_][\p{L}\p{N}_]*/u },
    { className: "attr", begin: /::\w+/ },
    { className: "keyword", begin: /\b(AND|OR|NOT|IN|IS|TRUE|FALSE|true|false|now)\b/ },
    { className: "title", begin: /\b[A-Z_]+(?=\()/ },
    { className: "number", begin: /\b\d+(\.\d+)?/ },
  ],
}));

export const markdown = new MarkdownIt({
  html: false,
  highlight: (code, language) =>
    highlighter.getLanguage(language) ? highlighter.highlight(code, { language }).value : "",
});

/** All pages in all languages, by id. */
export function readManual(): Page[] {
  const files = readdirSync(DOCS, { recursive: true, encoding: "utf-8" })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => file.endsWith(".md") && !LEFT_OUT.test(file))
    .sort();
  const english = files.filter((file) => placeOf(file).language === "en").map((file) => readPage(file));
  const translated = files.filter((file) => placeOf(file).language !== "en");
  const anchorsOf = (id: string) => english.find((page) => page.id === id)?.sections.map(({ anchor }) => anchor);
  return [...english, ...translated.map((file) => readPage(file, anchorsOf(placeOf(file).id)))];
}

/** The page that a file below docs/ is shown as. */
function placeOf(file: string): { id: string; language: Language } {
  const [, language, path] = /^(?:(de|fr)\/)?(.*)\.md$/.exec(file) ?? [];
  return { id: (path ?? "").replace(/(^|\/)README$/, ""), language: (language as Language | undefined) ?? "en" };
}

/** `anchors`: those of the English page, heading by heading, so that a link leads to its section in every language. */
function readPage(file: string, anchors: string[] = []): Page {
  const source = readFileSync(join(DOCS, file), "utf-8").replaceAll(/^<!--.*?-->\n/gms, "");
  const tokens = markdown.parse(source, {});
  const images: string[] = [];
  const sections: Section[] = [];
  const slugger = new GithubSlugger();
  let title = "";
  for (const [index, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      const heading = plain(tokens[index + 1]);
      const anchor = anchors[sections.length] || slugger.slug(heading);
      if (token.tag === "h1") title = heading;
      // The console has names of its own on the page.
      else token.attrSet("id", `help-${anchor}`);
      token.attrSet("tabindex", "-1");
      sections.push({ anchor: token.tag === "h1" ? "" : anchor, heading: token.tag === "h1" ? "" : heading, text: "" });
      continue;
    }
    const section = sections.at(-1);
    if (token.type === "inline") {
      leadOn(token, file, images);
      if (section && tokens[index - 1]?.type !== "heading_open") section.text += `${plain(token)} `;
    } else if (token.type === "fence" && section) section.text += `${token.content} `;
    else if (token.type === "table_open") token.meta = { label: sections.at(-1)?.heading || title };
  }
  const shown = tokens[0]?.tag === "h1" ? tokens.slice(3) : tokens; // the page shows its title itself
  for (const section of sections) section.text = section.text.replaceAll(/\s+/g, " ").trim();
  return { ...placeOf(file), title, html: markdown.renderer.render(shown, markdown.options, {}), sections, images };
}

/** What a person reads of it. */
function plain(token: Token | undefined): string {
  return (token?.children ?? [])
    .map((child) => (child.type === "softbreak" || child.type === "hardbreak" ? " " : child.content))
    .join("");
}

/** Links lead to pages of the console; those to files that it does not have are told as words. */
function leadOn(inline: Token, file: string, images: string[]): void {
  let isCut = false;
  for (const token of inline.children ?? []) {
    if (token.type === "image") {
      const path = resolve(DOCS, dirname(file), String(token.attrGet("src")));
      images.push(path);
      token.attrSet("src", `@@file:${relative(DOCS, path)}@@`);
    } else if (token.type === "link_open") {
      const target = leadsTo(file, String(token.attrGet("href")));
      isCut = target === null;
      if (target === null) Object.assign(token, { type: "text", content: "", attrs: null });
      else token.attrSet("href", target);
      if (target?.includes("://")) {
        token.attrSet("target", "_blank");
        token.attrSet("rel", "noopener noreferrer");
      }
    } else if (token.type === "link_close" && isCut) Object.assign(token, { type: "text", content: "" });
  }
}

function leadsTo(file: string, href: string): string | null {
  if (/^[a-z]+:/.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = path === "" ? file : posix.normalize(posix.join(posix.dirname(file), path));
  if (!target.endsWith(".md") || target.startsWith("..") || LEFT_OUT.test(target) || !existsSync(join(DOCS, target)))
    return null;
  const { id } = placeOf(target);
  return BASE + (id && `/${id}`) + (anchor ? `#${anchor}` : "");
}

// Wide ones scroll by themselves, by keyboard too.
markdown.renderer.rules.table_open = (tokens, index) =>
  `<div class="manual-table" role="group" tabindex="0" aria-label="${markdown.utils.escapeHtml(String(tokens[index]?.meta?.label))}"><table>`;
markdown.renderer.rules.table_close = () => "</table></div>";
const fence = markdown.renderer.rules.fence;
markdown.renderer.rules.fence = (tokens, index, options, environment, self) =>
  (fence?.(tokens, index, options, environment, self) ?? "").replace("<pre>", '<pre tabindex="0">');

/** The parts of the manual in the order of its start page, each with its pages in the order in which it names them. */
function contentsOf(pages: Page[]): { id: string; titles: Partial<Record<Language, string>> }[] {
  const ids: string[] = [];
  const add = (id: string) => {
    const page = pages.find((each) => each.id === id && each.language === "en");
    if (!page || ids.includes(id)) return;
    ids.push(id);
    const isPart = existsSync(join(DOCS, id, "README.md"));
    if (!isPart) return;
    for (const [, target = ""] of page.html.matchAll(/href="\/console\/help\/([^"#]+)/g)) {
      if (id === "" || target.startsWith(`${id}/`)) add(target);
    }
    for (const each of pages) if (id !== "" && each.id.startsWith(`${id}/`)) add(each.id);
  };
  add("");
  return ids.map((id) => ({
    id,
    titles: Object.fromEntries(pages.filter((page) => page.id === id).map(({ language, title }) => [language, title])),
  }));
}

function namesOf({ id, title, sections }: Page) {
  const headings = sections.filter(({ anchor }) => anchor).map(({ anchor, heading }) => ({ anchor, heading }));
  return { id, title, headings };
}

/** `virtual:manual/contents`, `virtual:manual/search/LANGUAGE`, `virtual:manual/names/LANGUAGE` and a module for each page. */
export function manual(): Plugin {
  let pages: Page[] | undefined;
  const all = () => (pages ??= readManual());
  const nameOf = (page: Page) => `${page.language}/${page.id}`;
  return {
    name: "manual",
    resolveId: (id) => (id.startsWith(MODULE) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${MODULE}`)) return null;
      const asked = id.slice(MODULE.length + 1);
      if (asked === "contents") {
        const loaders = all().map((page) => {
          const name = JSON.stringify(nameOf(page));
          return `${name}: () => import(${JSON.stringify(`${MODULE}page/${nameOf(page)}`)})`;
        });
        return `export const contents = ${JSON.stringify(contentsOf(all()))};\nexport const pages = {${loaders.join(",\n")}};`;
      }
      const [what, language] = asked.split("/");
      const found = all().filter((page) => page.language === language);
      if (what === "search")
        return `export default ${JSON.stringify(found.map(({ id, title, sections }) => ({ id, title, sections })))};`;
      if (what === "names") return `export default ${JSON.stringify(found.map(namesOf))};`;
      const page = all().find((each) => `page/${nameOf(each)}` === asked);
      if (!page) this.error(`there is no page ${asked} in the manual`);
      const imports = page.images.map((path, index) => `import file${index} from ${JSON.stringify(`${path}?url`)};`);
      let html = JSON.stringify(page.html);
      for (const [index, path] of page.images.entries()) {
        html = html.replaceAll(`@@file:${relative(DOCS, path)}@@`, `" + file${index} + "`);
      }
      return `${imports.join("\n")}\nexport const html = ${html};`;
    },
  };
}
