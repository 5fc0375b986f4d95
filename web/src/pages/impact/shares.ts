// Shares in words: never one of fewer than five, of which the server tells the counts alone.
import type { TFunction } from "i18next";
import type { BehaviourChange, Share } from "../../api/impact";
import { number, percent, signedPercent } from "../../parts/formats";

/** "42%", or that there are too few. */
export const shareText = ({ share }: Share, t: TFunction, language: string): string =>
  share === null ? t("impact.few") : percent(share, language);

/** "30% to 54%", or nothing. */
export const rangeText = ({ low, high }: Share, t: TFunction, language: string): string =>
  low === null || high === null
    ? ""
    : t("impact.range", { low: percent(low, language), high: percent(high, language) });

/** "25 of 60". */
export const countsText = ({ count, of }: Share, t: TFunction, language: string): string =>
  t("impact.countOf", { count, shown: number(count, language), of: number(of, language) });

/** "+17%", or that there are too few. */
export const differenceText = ({ difference }: BehaviourChange, t: TFunction, language: string): string =>
  difference === null ? t("impact.few") : signedPercent(difference, language);

/** "+6% to +29%", or nothing. */
export const differenceRange = ({ low, high }: BehaviourChange, t: TFunction, language: string): string =>
  low === null || high === null
    ? ""
    : t("impact.range", { low: signedPercent(low, language), high: signedPercent(high, language) });

export type Verdict = "few" | "more" | "less" | "chance";

/** What a difference means. */
export function verdictOf({ isBeyondChance, high }: BehaviourChange): Verdict {
  if (high === null) return "few";
  if (isBeyondChance) return "more";
  return high < 0 ? "less" : "chance";
}

/** Half the width of an axis around nothing that holds these differences: a whole tenth. */
export function halfWidth(changes: BehaviourChange[]): number {
  const ends = changes.flatMap(({ low, high }) => [Math.abs(low ?? 0), Math.abs(high ?? 0)]);
  return Math.max(0.1, Math.ceil(Math.max(0, ...ends) * 10) / 10);
}
