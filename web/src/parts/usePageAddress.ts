import { useRouterState } from "@tanstack/react-router";

const MOST_CHARACTERS = 500;

/** The page one is on, with what was chosen there, for a request that is about it. The support pages are about none. */
export const usePageAddress = (): string | undefined =>
  useRouterState({ select: ({ location }) => pageAddress(location.pathname, location.searchStr) });

/** What was chosen is left out where a request would not take so long an address. */
export function pageAddress(path: string, search: string): string | undefined {
  if (/^\/support(\/|$)/.test(path)) return undefined;
  const isTaken = `/console${path}${search}`.length <= MOST_CHARACTERS;
  return isTaken ? path + search : path;
}
