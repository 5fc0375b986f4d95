import { Alert, Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";
import { useSentences } from "../texts/sentences";

interface Props {
  error: Error | null;
  /** The words that a page knows better, by code. */
  own?: Record<string, string>;
  /** Fills the form with what is stored by now, where somebody else has changed it since it was read. */
  onLoadAnew?: () => Promise<void>;
}

/** Why something was refused, in words. */
export function FormRefusal({ error, own = {}, onLoadAnew }: Props) {
  const { t } = useTranslation();
  const say = useSentences();
  if (!error) return null;
  const code = error instanceof Refused ? error.code : "unreachable";
  if (code === "precondition_failed" && onLoadAnew) {
    return (
      <Alert role="alert" color="red" className="alert">
        <Text mb="xs">{own[code] ?? t("accounts.outdated")}</Text>
        <Button size="xs" variant="default" onClick={() => void onLoadAnew()}>
          {t("accounts.loadAnew")}
        </Button>
      </Alert>
    );
  }
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
