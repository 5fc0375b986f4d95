// What the rule language, the engine and the services say of a rule, in another language. They say it in English. A
// catalogue has the same sentences with places for names, code and parts of sentences: `{part}` is kept as it is,
// `{type:types}` is itself a sentence of the group "types". What the catalogue does not know stays English.

/** Group -> English template -> the same in another language. */
export type Catalogue = Record<string, Record<string, string>>;

interface Template {
  english: string;
  translation: string;
  /** What stands before, between and behind the places; one more than there are places. */
  literals: string[];
  places: { name: string; group: string | undefined }[];
}

const PLACE = /\{(\w+)(?::(\w+))?\}/;

/** English to another language; `onUse` hears of every template used. Null where the catalogue has no such sentence. */
export function translator(catalogue: Catalogue, onUse?: (group: string, english: string) => void) {
  const groups = new Map(Object.entries(catalogue).map(([group, entries]) => [group, compiled(entries)]));
  const known = new Map<string, string | null>();

  function translated(english: string, group: string): string | null {
    const key = `${group}\n${english}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size > MOST_KNOWN) known.clear();
    const found = search(english, group);
    known.set(key, found);
    return found;
  }

  function search(english: string, name: string): string | null {
    // A group with a capital letter is the one without, at the beginning of a sentence.
    const group = name.toLowerCase();
    const sentence = group === name ? english : english.charAt(0).toLowerCase() + english.slice(1);
    for (const template of groups.get(group) ?? []) {
      const filled = fill(template, sentence);
      if (!filled) continue;
      onUse?.(group, template.english);
      const text = template.translation.replaceAll(new RegExp(PLACE, "g"), (_, place: string) => filled[place] ?? "");
      return /^\p{Lu}/u.test(sentence) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
    }
    return null;
  }

  /** Place -> what stands there, translated where it is a part of a sentence; the shortest parts that fit. */
  function fill({ literals, places }: Template, sentence: string): Record<string, string> | null {
    const last = literals.at(-1) ?? "";
    function from(index: number, start: number): Record<string, string> | null {
      const place = places[index];
      if (!place) return start === sentence.length ? {} : null;
      const literal = literals[index + 1] ?? "";
      const isLast = index === places.length - 1;
      let end = isLast ? sentence.length - literal.length : sentence.indexOf(literal, start + 1);
      while (end > start && end <= sentence.length - last.length) {
        const part = sentence.slice(start, end);
        const said = place.group === undefined ? part : translated(part, place.group);
        const rest = said === null ? null : from(index + 1, end + literal.length);
        if (said !== null && rest) return { ...rest, [place.name]: said };
        if (isLast) return null;
        end = sentence.indexOf(literal, end + 1);
      }
      return null;
    }
    if (!sentence.startsWith(literals[0] ?? "") || !sentence.endsWith(last)) return null;
    return from(0, literals[0]?.length ?? 0);
  }

  return (english: string, group = "sentences") => translated(english, group);
}

const MOST_KNOWN = 2000;
const WEIGHT_OF_PART = 100;

/** The most specific first: those with parts that must be sentences themselves, then those with most of their own words. */
function compiled(entries: Record<string, string>): Template[] {
  const templates = Object.entries(entries).map(([english, translation]): Template => {
    const literals: string[] = [];
    const places: Template["places"] = [];
    let rest = english;
    for (let found = PLACE.exec(rest); found; found = PLACE.exec(rest)) {
      literals.push(rest.slice(0, found.index));
      places.push({ name: found[1] ?? "", group: found[2] });
      rest = rest.slice(found.index + found[0].length);
    }
    return { english, translation, literals: [...literals, rest], places };
  });
  const weight = ({ literals, places }: Template) =>
    literals.join("").length + WEIGHT_OF_PART * places.filter((place) => place.group !== undefined).length;
  return templates.sort((one, other) => weight(other) - weight(one));
}
