// Searches the manual: all words, each as the beginning of one, without accents; titles before headings before texts.
import MiniSearch, { type SearchResult } from "minisearch";
import type { Language } from "../../texts";
import { folded } from "../palette/fitting";
import { pagesFor } from "./pages";

const MOST_FOUND = 30;
const SNIPPET = { before: 50, length: 190 };
const SEARCHED = {
  en: () => import("virtual:manual/search/en"),
  de: () => import("virtual:manual/search/de"),
  fr: () => import("virtual:manual/search/fr"),
};

/** A text in parts; those that were sought are marked. */
export type Marked = { text: string; isHit: boolean }[];

/** A section of the manual. `heading` is empty for the beginning of a page. */
export interface Found {
  id: string;
  anchor: string;
  title: string;
  heading: string;
  snippet: string;
  language: Language;
  /** Marks the sought words in one of its texts. */
  mark: (text: string) => Marked;
}

/** What searches in that language, where a page is translated, else in English. */
export async function openSearch(language: Language): Promise<(text: string) => Found[]> {
  const pages = await pagesFor(language, SEARCHED);
  const sections = pages.flatMap((page) =>
    page.sections.map((section) => ({ ...section, page: page.id, title: page.title, language: page.language })),
  );
  const plain = (text: string) => folded(text, language);
  const index = new MiniSearch<{ id: number; title: string; heading: string; text: string }>({
    fields: ["title", "heading", "text"],
    processTerm: plain,
    searchOptions: { prefix: true, combineWith: "AND", boost: { title: 4, heading: 2 } },
  });
  index.addAll(sections.map(({ title, heading, text }, id) => ({ id, title, heading, text })));

  return (text) =>
    index
      .search(text)
      .map((result) => ({ result, rank: rankOf(result, sections[result.id as number]?.anchor === "") }))
      .filter(({ rank }) => rank < 3)
      .sort((a, b) => a.rank - b.rank || b.result.score - a.result.score)
      .slice(0, MOST_FOUND)
      .flatMap(({ result }) => {
        const section = sections[result.id as number];
        if (!section) return [];
        const mark = (shown: string) => marked(shown, result.queryTerms, plain);
        const { page, anchor, title, heading } = section;
        const snippet = snippetOf(section.text, mark);
        return [{ id: page, anchor, title, heading, language: section.language, snippet, mark }];
      });
}

/** 0: all in the title of a page, 1: in a title or heading, 2: some in the text; 3: only in the title of the page of a section. */
function rankOf({ match, queryTerms }: SearchResult, isBeginning: boolean): number {
  const ranks = queryTerms.map((sought) => {
    const fields = Object.entries(match).flatMap(([term, where]) => (term.startsWith(sought) ? where : []));
    if (isBeginning && fields.includes("title")) return 0;
    if (fields.includes("heading")) return 1;
    return fields.includes("text") ? 2 : 3;
  });
  const best = Math.min(...ranks);
  return best === 3 ? 3 : Math.min(2, Math.max(...ranks));
}

function marked(text: string, sought: string[], plain: (text: string) => string): Marked {
  return text
    .split(/([\p{L}\p{N}\p{M}]+)/u)
    .filter(Boolean)
    .map((part) => ({ text: part, isHit: sought.some((term) => plain(part).startsWith(term)) }));
}

function snippetOf(text: string, mark: (text: string) => Marked): string {
  let at = 0;
  for (const part of mark(text)) {
    if (part.isHit) break;
    at += part.text.length;
  }
  const from = at >= text.length || at < SNIPPET.before ? 0 : text.indexOf(" ", at - SNIPPET.before) + 1;
  const end = from + SNIPPET.length;
  const to = end >= text.length ? text.length : text.lastIndexOf(" ", end);
  return `${from > 0 ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
}
