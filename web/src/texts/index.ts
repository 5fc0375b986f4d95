// The page's languages. What was chosen is kept in this browser; before that the member's own language counts.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import de from "./de.json";
import en from "./en.json";
import fr from "./fr.json";

export const LANGUAGES = ["de", "en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words. */
export const OWN_NAMES: Record<Language, string> = { de: "Deutsch", en: "English", fr: "Français" };

const CHOSEN = "hearth-language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

const asLanguage = (text: string | null | undefined) => LANGUAGES.find((language) => language === text?.slice(0, 2));

function chosenLanguage(): Language | undefined {
  try {
    return asLanguage(localStorage.getItem(CHOSEN));
  } catch {
    return undefined; // storage may be forbidden
  }
}

function show(language: Language): void {
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

/** The viewer's choice, kept for the next visit. */
export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(CHOSEN, language);
  } catch {
    // Then it holds until the page is closed.
  }
  show(language);
}

/** The member's own language, unless this browser's viewer chose one. */
export function suggestLanguage(language: Language): void {
  if (!chosenLanguage()) show(language);
}

void i18next.use(initReactI18next).init({
  resources: { de: { translation: de }, en: { translation: en }, fr: { translation: fr } },
  fallbackLng: "en",
  lng: chosenLanguage() ?? navigator.languages.map(asLanguage).find(Boolean) ?? "en",
  interpolation: { escapeValue: false }, // React escapes
});
document.documentElement.lang = i18next.language;
