// A condition taken apart: each part with a sign for yes or no and its value; what it is made of opens below.
import { IconAlertCircle, IconCheck, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ExplainedPart } from "../../api/public";
import { useSentences } from "../../texts/sentences";

const OPEN_TO = 2;

export function WhyTree({ part, depth = 0 }: { part: ExplainedPart; depth?: number }) {
  const { t } = useTranslation();
  const say = useSentences();
  const isAnswer = part.type.includes("Boolean");
  const answered = part.missing !== null ? "missing" : isAnswer ? (part.value === true ? "yes" : "no") : "value";
  const inner = part.parts.filter((each) => !isPlain(each));
  const head = (
    <span className="why-row" data-answer={answered}>
      <span className="why-sign">
        {answered === "yes" && <IconCheck size={15} aria-label={t("rule.yes")} />}
        {answered === "no" && <IconX size={15} aria-label={t("rule.no")} />}
        {answered === "missing" && <IconAlertCircle size={15} aria-label={t("rule.unknown")} />}
      </span>
      <span>
        <code>{part.text}</code>{" "}
        {answered === "value" && (
          <span className="why-value">
            {t("rule.is")} <b>{[shortened(part.shown), part.unit].filter(Boolean).join(" ")}</b>
          </span>
        )}
        {part.missing !== null && <span className="why-value">{say(part.missing, "missing")}</span>}
      </span>
    </span>
  );
  if (inner.length === 0) return <div className="why-leaf">{head}</div>;
  return (
    <details className="why-branch" open={depth < OPEN_TO || answered === "no"}>
      <summary>{head}</summary>
      {inner.map((each) => (
        <WhyTree key={`${each.start}-${each.end}`} part={each} depth={depth + 1} />
      ))}
    </details>
  );
}

/** A number or text that stands in the expression as it is tells nothing new. */
const isPlain = (part: ExplainedPart) =>
  part.parts.length === 0 && part.missing === null && !/[$A-Za-z]/.test(part.text);

const MOST_SHOWN = 90;
const shortened = (text: string) => (text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)} …`);
