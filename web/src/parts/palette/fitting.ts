// Which names fit what was typed, the best first.

/** Without accents and capitals. */
export const folded = (value: string, language: string): string =>
  value
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLocaleLowerCase(language)
    .replaceAll("ß", "ss");

/**
 * Those with each typed word in the name, or in what else is looked through: names that begin with the text first, then
 * those with words that do, then the rest.
 */
export function fitting<T extends { name: string }>(
  items: T[],
  text: string,
  language: string,
  elseOf: (item: T) => string | undefined = () => undefined,
): T[] {
  const plain = (value: string) => folded(value, language);
  const words = plain(text).split(/\s+/).filter(Boolean);
  const rank = (name: string) => {
    if (name.startsWith(words.join(" "))) return 0;
    return words.every((word) => ` ${name}`.includes(` ${word}`)) ? 1 : 2;
  };
  return items
    .map((item) => ({ item, name: plain(item.name), all: plain(`${item.name} ${elseOf(item) ?? ""}`) }))
    .filter(({ all }) => words.every((word) => all.includes(word)))
    .map(({ item, name }) => ({ item, rank: rank(name) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
