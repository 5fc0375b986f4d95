// A closer look at a part of the graph: which part to ask for, and how its points take the place of the coarse ones.
import type { DrawnLine, Span } from "./drawn";

export interface Finer extends Span {
  lines: DrawnLine[];
}

/** Of each side so much more than is shown, as a share of its width, that a pan need not ask at once. */
const MARGIN = 0.5;

/**
 * The part to ask for so that `shown` has all its points; undefined where nothing would come of it: nothing was left out,
 * or what is known of a part is as fine already.
 */
export function spanToAsk(shown: Span, whole: Span, coarse: DrawnLine[], known: Finer | undefined): Span | undefined {
  if (coarse.every((each) => each.timestamps.length === each.points)) return undefined;
  const width = shown.toMs - shown.fromMs;
  if (width > (whole.toMs - whole.fromMs) / 2) return undefined;
  if (known && known.fromMs <= shown.fromMs && known.toMs >= shown.toMs) {
    const isWhole = known.lines.every((each) => each.timestamps.length === each.points);
    if (isWhole || known.toMs - known.fromMs <= 2 * (1 + 2 * MARGIN) * width) return undefined;
  }
  return {
    fromMs: Math.max(whole.fromMs, Math.floor(shown.fromMs - MARGIN * width)),
    toMs: Math.min(whole.toMs, Math.ceil(shown.toMs + MARGIN * width)),
  };
}

/** The points to draw of a series as [milliseconds, value], the fine ones where there are any. */
export function pointsOf(coarse: DrawnLine, finer: Finer | undefined): [number, number][] {
  const fine = finer?.lines.find(({ key }) => key === coarse.key);
  const all = points(coarse);
  if (!finer || !fine) return all;
  return [...all.filter(([at]) => at < finer.fromMs), ...points(fine), ...all.filter(([at]) => at >= finer.toMs)];
}

const points = ({ timestamps, values }: DrawnLine) =>
  timestamps.map((seconds, index): [number, number] => [seconds * 1000, values[index] ?? Number.NaN]);
