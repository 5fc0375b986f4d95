import { expect, it } from "vitest";
import { differences } from "./differences";
import { newRule } from "./draft";

const t = ((key: string) => key.split(".").at(-1)) as never;

it("names each part that is not the same, datasets by their names", () => {
  const before = { ...newRule(), condition: "AVG($Power) > 1000", version: 3, updatedBy: "ada@example.com" };
  const after = {
    ...before,
    condition: "AVG($Power) > 1500",
    version: 4,
    tags: ["sun", "car"],
    datasets: [{ ...before.datasets[0]!, timespanSeconds: 7_200 }],
  };
  expect(differences(before, after, t, "en")).toEqual([
    { place: "datasets › $Power › timespanSeconds", before: "1 hour", after: "2 hours" },
    { place: "condition", before: "AVG($Power) > 1000", after: "AVG($Power) > 1500" },
    { place: "tags", before: "", after: "sun, car" },
  ]);
});

it("finds nothing between a rule and itself", () => expect(differences(newRule(), newRule(), t, "en")).toEqual([]));
