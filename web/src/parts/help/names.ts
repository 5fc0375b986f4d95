// The titles and headings of the manual, which are enough to jump to a page or section: far less than all its texts.
import { queryOptions } from "@tanstack/react-query";
import type { Language } from "../../texts";
import { pagesFor } from "./pages";

const NAMED = {
  en: () => import("virtual:manual/names/en"),
  de: () => import("virtual:manual/names/de"),
  fr: () => import("virtual:manual/names/fr"),
};

/** A page, or one of its sections, which has an anchor and tells its page's title. */
export interface HelpName {
  id: string;
  anchor: string;
  name: string;
  title?: string;
}

/** Pages first, then sections. */
export async function helpNames(language: Language): Promise<HelpName[]> {
  const pages = await pagesFor(language, NAMED);
  return [
    ...pages.map(({ id, title }) => ({ id, anchor: "", name: title })),
    ...pages.flatMap(({ id, title, headings }) =>
      headings.map(({ anchor, heading }) => ({ id, anchor, name: heading, title })),
    ),
  ];
}

export const helpNamesQuery = (language: Language) =>
  queryOptions({ queryKey: ["help", "names", language], staleTime: Infinity, queryFn: () => helpNames(language) });
