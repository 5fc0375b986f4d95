// Why something was refused, with each place and the remedy.
import { Alert, Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Refused } from "../api/client";
import { type Say, useSentences } from "../texts/sentences";
import { placeName } from "./placeNames";

interface Props {
  error: Error;
  title?: string;
  onAgain?: () => void;
}

export function Refusal({ error, title, onAgain }: Props) {
  const { t } = useTranslation();
  const say = useSentences();
  const refused = error instanceof Refused ? error : null;
  return (
    <Alert role="alert" color="red" className="alert refusal" title={title}>
      <p>{messageOf(error, t, say)}</p>
      {refused && refused.mistakes.length > 0 && (
        <ul>
          {refused.mistakes.slice(0, 8).map((mistake, index) => (
            <li key={index}>
              <b>{placeName(mistake.pointer, t)}</b> {say(mistake.detail)}
              {mistake.hint && <span className="hint"> {say(mistake.hint)}</span>}
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

function messageOf(error: Error, t: TFunction, say: Say): string {
  if (!(error instanceof Refused) || error.code === "unreachable") return t("failure.title");
  if (error.code === "too_many_requests") return t("rules.busy", { seconds: error.retryAfterSeconds ?? 10 });
  return error.detail ? say(error.detail) : t("failure.title");
}
