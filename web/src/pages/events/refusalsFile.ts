// What was refused, as a file that the browser keeps.
import type { Refusal } from "../../api/events";

export function refusalsFile(refusals: Refusal[], name: string): void {
  const url = URL.createObjectURL(new Blob([refusalsCsv(refusals)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const refusalsCsv = (refusals: Refusal[]): string =>
  [["line", "column", "reason"], ...refusals.map(({ line, column, reason }) => [String(line), column ?? "", reason])]
    .map((cells) => cells.map(cell).join(",") + "\n")
    .join("");

/** What begins like a formula gets an apostrophe before it: the names of columns are somebody else's. */
const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
