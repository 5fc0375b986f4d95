// Somebody else has saved meanwhile: what only one changed goes together by itself, the author chooses where both did.
import { Button, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { stepsName } from "../../parts/placeNames";
import { Refusal } from "../../parts/Refusal";
import { differencesAt } from "./differences";
import { mergedRule, type Part, partKey, partsOf, type Side } from "./merge";
import type { Save } from "./useSave";

interface Props {
  save: Save;
  /** What both began with. */
  base: Rule;
  mine: Rule;
  onTakeTheirs: (rule: Rule) => void;
}

export function Conflict({ save, base, mine, onTakeTheirs }: Props) {
  const { t } = useTranslation();
  const { theirs } = save;
  return (
    <Modal
      opened={theirs !== null}
      onClose={save.dismiss}
      size="xl"
      title={t("rule.conflict")}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      {theirs && (
        <Merge key={theirs.version} save={save} base={base} theirs={theirs} mine={mine} onTakeTheirs={onTakeTheirs} />
      )}
    </Modal>
  );
}

function Merge({ save, base, theirs, mine, onTakeTheirs }: Props & { theirs: Rule }) {
  const { t } = useTranslation();
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const parts = partsOf(base, theirs, mine);
  const both = parts.filter((part) => part.by === "both");
  const left = both.filter((part) => !choices[partKey(part)]).length;
  const by = theirs.updatedBy ?? t("rule.theirs");
  return (
    <div className="merge">
      <Text>{t("rule.conflictLead", { by, version: theirs.version ?? 0 })}</Text>
      <h3 className="merge-title">
        {both.length > 0 ? t("rule.bothChanged", { count: both.length }) : t("rule.noneChangedByBoth")}
      </h3>
      {both.map((part) => (
        <Choice
          key={partKey(part)}
          part={part}
          by={by}
          chosen={choices[partKey(part)]}
          onChoose={(side) => setChoices({ ...choices, [partKey(part)]: side })}
        />
      ))}
      <Taken parts={parts.filter((part) => part.by !== "both")} by={by} />
      {save.refusal && <Refusal error={save.refusal} title={t("rule.notSaved")} />}
      <div className="merge-actions">
        <span className="dim" role="status">
          {left > 0 && t("rule.chooseLeft", { count: left })}
        </span>
        <Button
          variant="default"
          onClick={() => {
            onTakeTheirs(theirs);
            save.dismiss();
          }}
        >
          {t("rule.takeTheirs")}
        </Button>
        <Button
          disabled={left > 0}
          loading={save.isPending}
          onClick={() => save.saveMerged(mergedRule(base, theirs, mine, choices))}
        >
          {t("rule.saveMerged")}
        </Button>
      </div>
    </div>
  );
}

interface ChoiceProps {
  part: Part;
  by: string;
  chosen: Side | undefined;
  onChoose: (side: Side) => void;
}

function Choice({ part, by, chosen, onChoose }: ChoiceProps) {
  const { t, i18n } = useTranslation();
  const { path, base, theirs, mine } = part;
  const places = differencesAt(path, theirs, mine, t, i18n.language);
  const before = new Map(
    differencesAt(path, base, undefined, t, i18n.language).map((each) => [each.place, each.before]),
  );
  const name = stepsName(path, t);
  return (
    <fieldset className="merge-part">
      <legend>{name}</legend>
      <div className="merge-sides">
        {(["theirs", "mine"] as const).map((side) => (
          <label key={side} className="merge-side" data-chosen={chosen === side || undefined}>
            <span className="merge-who">
              <input type="radio" name={partKey(part)} checked={chosen === side} onChange={() => onChoose(side)} />
              {side === "theirs" ? by : t("rule.mine")}
            </span>
            {places.map((each) => (
              <span key={each.place} className="merge-value">
                {each.place !== name && <span className="dim">{each.place.replace(`${name} › `, "")}: </span>}
                {(side === "theirs" ? each.before : each.after) || <i className="dim">{t("rule.nothing")}</i>}
              </span>
            ))}
          </label>
        ))}
      </div>
      <p className="merge-before">
        {t("rule.before")}:{" "}
        {places
          .map((each) => before.get(each.place))
          .filter(Boolean)
          .join(" · ") || t("rule.nothing")}
      </p>
    </fieldset>
  );
}

function Taken({ parts, by }: { parts: Part[]; by: string }) {
  const { t, i18n } = useTranslation();
  if (parts.length === 0) return null;
  return (
    <div className="diff-place" tabIndex={0} role="region" aria-label={t("rule.takenByItself")}>
      <table className="diff">
        <caption className="merge-title">{t("rule.takenByItself")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("rule.part")}</th>
            <th scope="col">{t("rule.changedBy")}</th>
            <th scope="col">{t("rule.before")}</th>
            <th scope="col">{t("rule.after")}</th>
          </tr>
        </thead>
        <tbody>
          {parts.flatMap((part) =>
            differencesAt(part.path, part.base, part.by === "mine" ? part.mine : part.theirs, t, i18n.language).map(
              (each) => (
                <tr key={each.place}>
                  <th scope="row">{each.place}</th>
                  <td>{part.by === "mine" ? t("rule.mine") : by}</td>
                  <td className="diff-before">{each.before || <span className="dim">{t("rule.nothing")}</span>}</td>
                  <td className="diff-after">{each.after || <span className="dim">{t("rule.nothing")}</span>}</td>
                </tr>
              ),
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
