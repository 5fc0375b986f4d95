import type { Series } from "../../../api/public";

/** What a line of the graph is called. */
export const seriesName = (series: Series): string => `$${series.dataset} · ${series.deviceId}`;
