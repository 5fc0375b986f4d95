// What of the manual is fetched, and under which key it is kept.
import { queryOptions } from "@tanstack/react-query";
import type { Language } from "../../texts";
import { openSearch } from "./search";

export const helpSearchQuery = (language: Language) =>
  queryOptions({
    queryKey: ["help", "search", language],
    staleTime: Infinity,
    // A function is kept as it is, not compared.
    structuralSharing: false,
    queryFn: () => openSearch(language),
  });
