// Why something was refused, with each place and the remedy, in the server's words.
import { Alert, Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";
import { placeName } from "./placeNames";

interface Props {
  error: Error;
  title?: string;
  onAgain?: () => void;
}

export function Refusal({ error, title, onAgain }: Props) {
  const { t } = useTranslation();
  const refused = error instanceof Refused ? error : null;
  return (
    <Alert role="alert" color="red" className="alert refusal" title={title}>
      <p>{messageOf(error, t)}</p>
      {refused && refused.mistakes.length > 0 && (
        <ul>
          {refused.mistakes.slice(0, 8).map((mistake, index) => (
            <li key={index}>
              <b>{placeName(mistake.pointer, t)}</b> {mistake.detail}
              {mistake.hint && <span className="hint"> {mistake.hint}</span>}
            </li>
          ))}
        </ul>
      )}
      {onAgain && (
        <Button variant="default" size="xs" mt="xs" onClick={onAgain}>
          {t("failure.again")}
        </Button>
      )}
    </Alert>
  );
}

function messageOf(error: Error, t: TFunction): string {
  if (!(error instanceof Refused) || error.code === "unreachable") return t("failure.title");
  if (error.code === "too_many_requests") return t("rules.busy", { seconds: error.retryAfterSeconds ?? 10 });
  return error.detail || t("failure.title");
}
