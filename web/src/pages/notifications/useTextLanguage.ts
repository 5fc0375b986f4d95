import { useTranslation } from "react-i18next";
import { useSession } from "../../parts/session";

/** The language of the texts: the chosen one, else the viewer's where there are texts in it, else the customer's first. */
export function useTextLanguage(chosen: string | undefined): string {
  const { i18n } = useTranslation();
  const { languages } = useSession();
  return chosen ?? (languages.includes(i18n.language) ? i18n.language : (languages[0] ?? "en"));
}
