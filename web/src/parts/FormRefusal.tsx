import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";
import { useSentences } from "../texts/sentences";

/** Why something was refused, in words; `own` has the words that a page knows better, by code. */
export function FormRefusal({ error, own = {} }: { error: Error | null; own?: Record<string, string> }) {
  const { t } = useTranslation();
  const say = useSentences();
  if (!error) return null;
  const code = error instanceof Refused ? error.code : "unreachable";
  return (
    <Alert role="alert" color="red" className="alert">
      {own[code] ?? general()}
    </Alert>
  );

  function general(): string {
    if (!(error instanceof Refused) || code === "unreachable") return t("signIn.unreachable");
    if (code === "too_many_requests") return t("signIn.tooMany", { seconds: error.retryAfterSeconds ?? 60 });
    if (code === "forbidden") return t("accounts.forbidden");
    if (code === "invalid") return t("accounts.invalid");
    return code === "not_found" || code === "conflict" ? t("accounts.changedMeanwhile") : say(error.detail);
  }
}
