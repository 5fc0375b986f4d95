// Which pages of the manual a reader sees: each in the reader's language where it is translated, else in English.
import type { Language } from "../../texts";

export async function pagesFor<Page extends { id: string }>(
  language: Language,
  modules: Record<Language, () => Promise<{ default: Page[] }>>,
): Promise<(Page & { language: Language })[]> {
  const [own, english] = await Promise.all([modules[language](), modules.en()]);
  const translated = new Set(language === "en" ? [] : own.default.map(({ id }) => id));
  return [
    ...(language === "en" ? [] : own.default.map((page) => ({ ...page, language }))),
    ...english.default.filter(({ id }) => !translated.has(id)).map((page) => ({ ...page, language: "en" as const })),
  ];
}
