// The hook that says such sentences in the reader's language; the catalogue is loaded when it is first needed.
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { numberFormat } from "../parts/formats";
import { translator } from "./translator";

export type Say = (english: string, group?: string) => string;

const LOADED = { de: () => import("./sentences/de.json"), fr: () => import("./sentences/fr.json") };

/** Says an English sentence in the reader's language; in English until the catalogue is there. */
export function useSentences(): Say {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const { data } = useQuery({
    queryKey: ["sentences", language],
    enabled: language in LOADED,
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: async () =>
      translator((await LOADED[language as keyof typeof LOADED]()).default, undefined, numberFormat(language)),
  });
  return useCallback<Say>((english, group) => data?.(english, group) ?? english, [data]);
}
