// The present value of an expression, or what a dataset holds now, in one line below its field.
import { IconAlertCircle, IconCheck, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { PresentDataset } from "../../api/public";
import { number, weekdayTime } from "../../parts/formats";
import { useSentences } from "../../texts/sentences";
import { useEditing } from "./editing";
import type { PresentState } from "./usePresent";

const RECENT_MS = 15 * 60_000;

/** Takes its place as soon as a home is chosen, so that nothing shifts when the value comes. */
export function PresentLine({ pointer }: { pointer: string }) {
  const { t } = useTranslation();
  const say = useSentences();
  const { present, hasHome } = useEditing();
  if (!hasHome) return null;
  const found = present?.values.get(pointer);
  if (!present || !found) return <p className="present" />;
  const isAnswer = found.type.includes("Boolean");
  const isText = pointer.endsWith("/message");
  const why = found.missing === null ? null : say(found.missing, "missing");
  const isMissing = why !== null;
  const answered = isMissing ? "missing" : isAnswer ? (found.value === true ? "yes" : "no") : "value";
  const shown = isAnswer ? t(found.value === true ? "rule.yes" : "rule.no") : found.shown;
  return (
    <p className="present" data-answer={answered} data-outdated={present.isOutdated || undefined}>
      {answered !== "value" && (
        <span className="why-sign" aria-hidden>
          {answered === "yes" && <IconCheck size={13} />}
          {answered === "no" && <IconX size={13} />}
          {answered === "missing" && <IconAlertCircle size={13} />}
        </span>
      )}
      <span className="present-when">
        <When present={present} />
      </span>
      {(isText || !isMissing) && <b>{[shown, isAnswer ? "" : found.unit].filter(Boolean).join(" ")}</b>}
      {isMissing && <span>{t(isText ? "rule.partMissing" : "rule.noValue", { why })}</span>}
      {!isText &&
        found.parts.map((part) => (
          <span key={part.text} className="present-part">
            <code>{part.text}</code> {part.shown}
          </span>
        ))}
    </p>
  );
}

export function PresentDatasetLine({ name }: { name: string }) {
  const { present, hasHome } = useEditing();
  if (!hasHome) return null;
  const found = present?.datasets.get(name);
  if (!present || !found) return <p className="present dataset-present" />;
  return (
    <p className="present dataset-present" data-outdated={present.isOutdated || undefined}>
      <Held dataset={found} present={present} />
    </p>
  );
}

function Held({ dataset: { samples, newest, unit }, present }: { dataset: PresentDataset; present: PresentState }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <span className="present-when">
        <When present={present} />
      </span>
      {samples !== null && <b>{t("rule.samples", { count: samples, number: number(samples, i18n.language) })}</b>}
      {newest ? (
        <span>
          {t("rule.newest", {
            value: [number(newest.value, i18n.language), unit].filter(Boolean).join(" "),
            time: weekdayTime(Date.parse(newest.at), i18n.language, present.timeZoneId),
            device: newest.deviceId,
          })}
        </span>
      ) : (
        <span>{t("rule.emptyWindow")}</span>
      )}
    </>
  );
}

/** "Now" for what is of these minutes, else the time of the newest event. */
function When({ present }: { present: PresentState }) {
  const { t, i18n } = useTranslation();
  const isRecent = Math.abs(Date.now() - present.atMs) < RECENT_MS;
  return isRecent ? t("rule.now") : weekdayTime(present.atMs, i18n.language, present.timeZoneId);
}
