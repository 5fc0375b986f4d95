// A file is sent in parts of whole rows: where a part may end.

const NEWLINE = 10;
const QUOTE = 34;

/**
 * The length of the whole rows at the beginning of these bytes: up to the last line's end that stands within no quotes. Where
 * quotes never close, up to the last line's end; 0 where no line ends.
 */
export function wholeRows(bytes: Uint8Array): number {
  let end = 0;
  let anyEnd = 0;
  let isQuoted = false;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    if (bytes[at] !== NEWLINE) continue;
    anyEnd = at + 1;
    if (!isQuoted) end = at + 1;
  }
  return end || anyEnd;
}

/** The part of a file that begins there: whole rows of about so many bytes, and where the next one begins. */
export async function partOf(file: Blob, start: number, bytes: number): Promise<{ text: string; end: number }> {
  const part = new Uint8Array(await file.slice(start, start + bytes).arrayBuffer());
  const isLast = start + part.length >= file.size;
  const length = isLast ? part.length : wholeRows(part);
  if (length === 0 && part.length > 0) throw new LineTooLong();
  return { text: decoder.decode(part.subarray(0, length)), end: start + length };
}

export class LineTooLong extends Error {}

// A sign of byte order at the beginning is no part of the text. Raises TypeError for what is no UTF-8.
const decoder = new TextDecoder("utf-8", { fatal: true });
