import { useTranslation } from "react-i18next";
import { failureWords } from "./failures";

/** Why an attempt failed. */
export function Failure({ error }: { error: string }) {
  const { t } = useTranslation();
  return failureWords(t, error) ?? <span lang="en">{error}</span>;
}
