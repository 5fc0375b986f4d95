import type { Series } from "../../../api/public";
import type { DrawnLine } from "../../../parts/graph/drawn";

/** The data that a rule's datasets look at, as lines. */
export const linesOf = (series: Series[]): DrawnLine[] =>
  series.map((each) => {
    const name = `$${each.dataset} · ${each.deviceId}`;
    return {
      key: [each.dataset, each.deviceId, each.type, each.source].join("\n"),
      name,
      caption: `${name} (${each.type}${each.unit ? `, ${each.unit}` : ""})`,
      unit: each.unit ?? "",
      points: each.points,
      timestamps: each.timestamps,
      values: each.values,
    };
  });
