// Which names fit what was typed, the best first.

/** Those with each typed word in the name: names that begin with the text first, then words that do, then the rest. */
export function fitting<T extends { name: string }>(items: T[], text: string, language: string): T[] {
  const plain = (value: string) =>
    value
      .normalize("NFD")
      .replace(/\p{Mn}/gu, "")
      .toLocaleLowerCase(language);
  const words = plain(text).split(/\s+/).filter(Boolean);
  const rank = (name: string) => {
    if (name.startsWith(words.join(" "))) return 0;
    return words.every((word) => ` ${name}`.includes(` ${word}`)) ? 1 : 2;
  };
  return items
    .map((item) => ({ item, name: plain(item.name) }))
    .filter(({ name }) => words.every((word) => name.includes(word)))
    .map(({ item, name }) => ({ item, rank: rank(name) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
