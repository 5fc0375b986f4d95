// What a phone would show of a message, before any value is known: its quoted texts, with a gap for each value.

/** So many characters of a title, and of a message, a phone shows at least. */
export const TITLE_SAFE = 40;
export const MESSAGE_SAFE = 50;

const GAP = "…";

/** The texts of a message expression in order; what stands between them is a value that is not known yet. */
export function previewOf(message: string): string {
  // A format after a pipe is quoted too, and is no text.
  const parts = [...message.matchAll(/(\|\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[^\s"'+|]+|\|/g)];
  let shown = "";
  for (const [whole, pipe, quoted] of parts) {
    if (quoted && !pipe) shown += quoted.slice(1, -1).replace(/\\(.)/g, "$1");
    else if (!quoted && whole !== "|" && !shown.endsWith(GAP)) shown += GAP;
  }
  return shown;
}

/** A text at the place where a phone may cut it. */
export function cutAt(text: string, most: number): [string, string] {
  const characters = [...text];
  return [characters.slice(0, most).join(""), characters.slice(most).join("")];
}
