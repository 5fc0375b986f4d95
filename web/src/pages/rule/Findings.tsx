// What is wrong with the draft as a whole, or doubtful, and why a save was refused.
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { placeName } from "../../parts/placeNames";
import { Refusal } from "../../parts/Refusal";
import type { Said } from "./editing";

interface Props {
  findings: Said[] | undefined;
  /** Why it could not be asked. */
  failure: Error | null;
  /** Why a save was refused. */
  refusal: Error | null;
}

export function Findings({ findings, failure, refusal }: Props) {
  const { t } = useTranslation();
  const errors = (findings ?? []).filter((each) => each.severity === "error");
  const doubts = (findings ?? []).filter((each) => each.severity !== "error");
  return (
    <>
      {refusal && <Refusal error={refusal} title={t("rule.notSaved")} />}
      {failure ? (
        <Refusal error={failure} title={t("rule.notChecked")} />
      ) : errors.length + doubts.length === 0 ? (
        <p className="findings findings-none">
          <IconCircleCheck size={16} aria-hidden />
          {t(findings ? "rule.noFindings" : "rule.checking")}
        </p>
      ) : (
        <details className="findings">
          <summary>
            {errors.length > 0 && (
              <span className="findings-errors">
                <IconCircleX size={16} aria-hidden />
                {t("rule.errors", { count: errors.length })}
              </span>
            )}
            {doubts.length > 0 && (
              <span className="findings-doubts">
                <IconAlertTriangle size={16} aria-hidden />
                {t("rule.doubts", { count: doubts.length })}
              </span>
            )}
          </summary>
          <ul>
            {[...errors, ...doubts].map((each, index) => (
              <li key={index}>
                <b>{placeName(each.pointer, t)}</b> {each.detail}{" "}
                {each.hint && <span className="hint">{each.hint}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
