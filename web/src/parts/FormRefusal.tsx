import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";

/** Why something was refused, in words; `own` has the words that a page knows better, by code. */
export function FormRefusal({ error, own = {} }: { error: Error | null; own?: Record<string, string> }) {
  const { t } = useTranslation();
  if (!error) return null;
  const code = error instanceof Refused ? error.code : "unreachable";
  const general =
    error instanceof Refused && code === "too_many_requests"
      ? t("signIn.tooMany", { seconds: error.retryAfterSeconds ?? 60 })
      : t(code === "forbidden" ? "accounts.forbidden" : code === "invalid" ? "accounts.invalid" : "signIn.unreachable");
  return (
    <Alert role="alert" color="red" className="alert">
      {own[code] ?? general}
    </Alert>
  );
}
