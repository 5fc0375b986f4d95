// What is wrong with the draft as a whole, or doubtful, and why a save was refused.
import { IconAlertTriangle, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../../parts/Refusal";
import type { Said } from "./editing";
import { placeName } from "./placeNames";

export function Findings({ findings, refusal }: { findings: Said[]; refusal: Error | null }) {
  const { t } = useTranslation();
  const errors = findings.filter((each) => each.severity === "error");
  const doubts = findings.filter((each) => each.severity !== "error");
  return (
    <>
      {refusal && <Refusal error={refusal} title={t("rule.notSaved")} />}
      {findings.length > 0 && (
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
