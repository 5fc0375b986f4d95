// Shares as dots in their 95 % ranges on one axis, each with its figures beside it; or the same as a table.
import { useTranslation } from "react-i18next";
import type { Share } from "../../api/impact";
import { number, percent } from "../../parts/formats";
import { countsText, rangeText, shareText } from "./shares";

const TICKS = [0, 0.25, 0.5, 0.75, 1];

export interface IntervalRow {
  name: string;
  share: Share;
  /** What would have been without us: an open ring. */
  usual?: number | null;
}

interface Props {
  title: string;
  rows: IntervalRow[];
  isTable: boolean;
}

export function Intervals({ title, rows, isTable }: Props) {
  const { t, i18n } = useTranslation();
  const hasUsual = rows.some(({ usual }) => usual !== undefined);
  if (isTable) {
    return (
      <div className="impact-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="plain-table">
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <td />
              {hasUsual && (
                <th scope="col" className="count">
                  {t("impact.usual")}
                </th>
              )}
              <th scope="col" className="count">
                {t("impact.share")}
              </th>
              <th scope="col">{t("impact.rangeTitle")}</th>
              <th scope="col" className="count">
                {t("impact.count")}
              </th>
              <th scope="col" className="count">
                {t("impact.of")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, share, usual }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {hasUsual && <td className="count">{usual == null ? "–" : percent(usual, i18n.language)}</td>}
                <td className="count">{shareText(share, t, i18n.language)}</td>
                <td>{rangeText(share, t, i18n.language) || "–"}</td>
                <td className="count">{number(share.count, i18n.language)}</td>
                <td className="count">{number(share.of, i18n.language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  return (
    <div className="intervals">
      <ul>
        {rows.map(({ name, share, usual }) => (
          <li key={name}>
            <span className="interval-name">{name}</span>
            <Track low={share.low} at={share.share} high={share.high} usual={usual} ticks={TICKS} />
            <span className="interval-figures">
              <b>{shareText(share, t, i18n.language)}</b>{" "}
              <span>
                {[rangeText(share, t, i18n.language), countsText(share, t, i18n.language)].filter(Boolean).join(", ")}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <Axis labels={TICKS.map((tick) => percent(tick, i18n.language))} />
    </div>
  );
}

interface TrackProps {
  /** All from 0 to 1, from the left to the right; without them there is too little to draw. */
  low: number | null;
  at: number | null;
  high: number | null;
  usual?: number | null | undefined;
  ticks: number[];
}

/** Said in figures beside it. */
export function Track({ low, at, high, usual, ticks }: TrackProps) {
  return (
    <span className="interval-track" aria-hidden>
      {ticks.map((tick) => (
        <i key={tick} style={{ left: share(tick) }} />
      ))}
      {low !== null && high !== null && (
        <span className="interval-range" style={{ left: share(low), width: share(high - low) }} />
      )}
      {usual != null && <span className="interval-usual" style={{ left: share(usual) }} />}
      {at !== null && <span className="interval-dot" style={{ left: share(at) }} />}
    </span>
  );
}

/** What stands at the ticks, evenly spread. */
export function Axis({ labels }: { labels: string[] }) {
  return (
    <div className="interval-axis" aria-hidden>
      <div>
        {labels.map((label) => (
          <span key={label}>{label}</span>
        ))}
      </div>
    </div>
  );
}

const share = (value: number): string => `${value * 100}%`;
