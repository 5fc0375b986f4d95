// Whether devices changed their state within ten minutes: beside what they usually do, the difference, and what that says.
import { Title } from "@mantine/core";
import { IconCircleCheck, IconCircleMinus, IconHelpCircle, IconTrendingDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { BehaviourChange, Impact } from "../../api/impact";
import { number, percent, signedPercent } from "../../parts/formats";
import { Axis, Intervals, Track } from "./Intervals";
import { differenceRange, differenceText, halfWidth, verdictOf } from "./shares";

const ICONS = { more: IconCircleCheck, less: IconTrendingDown, chance: IconCircleMinus, few: IconHelpCircle };

export function Behaviour({ behaviour, isTable }: { behaviour: Impact["behaviourChange"]; isTable: boolean }) {
  const { t, i18n } = useTranslation();
  const types = Object.entries(behaviour.byEventType);
  // Of one type any is that one.
  const changes: [string, BehaviourChange][] =
    types.length === 1 ? types : [[t("impact.anyType"), behaviour], ...types];
  const title = t("impact.behaviour");
  const verdict = verdictOf(behaviour);
  const Icon = ICONS[verdict];
  const shown = (value: number | null) => percent(value ?? 0, i18n.language);
  return (
    <section className="panel impact-panel" aria-labelledby="behaviour-title">
      <div>
        <Title order={2} id="behaviour-title" className="panel-title">
          {title}
        </Title>
        <p className="impact-lead">{t("impact.behaviourLead")}</p>
      </div>
      <p className="impact-verdict" data-verdict={verdict}>
        <Icon size={20} aria-hidden />
        <span>
          <b>{t(`impact.verdict.${verdict}`)}</b>{" "}
          {t(`impact.verdictLead.${verdict}`, {
            seen: shown(behaviour.changed.share),
            usual: shown(behaviour.usual),
            difference: differenceText(behaviour, t, i18n.language),
            low: signedPercent(behaviour.low ?? 0, i18n.language),
            high: signedPercent(behaviour.high ?? 0, i18n.language),
            of: number(behaviour.changed.of, i18n.language),
          })}
        </span>
      </p>
      {behaviour.changed.of > 0 && (
        <>
          {!isTable && (
            <ul className="interval-legend" aria-hidden>
              <li data-sign="seen">{t("impact.seen")}</li>
              <li data-sign="usual">{t("impact.usual")}</li>
            </ul>
          )}
          <Intervals
            title={title}
            rows={changes.map(([name, { changed, usual }]) => ({ name, share: changed, usual }))}
            isTable={isTable}
          />
          <h3 className="impact-subtitle">{t("impact.difference")}</h3>
          <Differences changes={changes} isTable={isTable} />
        </>
      )}
    </section>
  );
}

function Differences({ changes, isTable }: { changes: [string, BehaviourChange][]; isTable: boolean }) {
  const { t, i18n } = useTranslation();
  const half = halfWidth(changes.map(([, change]) => change));
  const place = (value: number | null) => (value === null ? null : (value + half) / (2 * half));
  if (isTable) {
    return (
      <div className="impact-scroll" tabIndex={0} role="region" aria-label={t("impact.difference")}>
        <table className="plain-table">
          <caption className="visually-hidden">{t("impact.difference")}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col" className="count">
                {t("impact.difference")}
              </th>
              <th scope="col">{t("impact.rangeTitle")}</th>
              <th scope="col">{t("impact.meaning")}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(([name, change]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="count">{differenceText(change, t, i18n.language)}</td>
                <td>{differenceRange(change, t, i18n.language) || "–"}</td>
                <td>{t(`impact.verdict.${verdictOf(change)}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  return (
    <div className="intervals" data-around-zero>
      <ul>
        {changes.map(([name, change]) => (
          <li key={name} data-verdict={verdictOf(change)}>
            <span className="interval-name">{name}</span>
            <Track
              low={place(change.low)}
              at={place(change.difference)}
              high={place(change.high)}
              ticks={[0, 0.5, 1]}
            />
            <span className="interval-figures">
              <b>{differenceText(change, t, i18n.language)}</b>{" "}
              <span>
                {[differenceRange(change, t, i18n.language), t(`impact.short.${verdictOf(change)}`)]
                  .filter(Boolean)
                  .join(", ")}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <Axis labels={[-half, 0, half].map((tick) => signedPercent(tick, i18n.language))} />
    </div>
  );
}
