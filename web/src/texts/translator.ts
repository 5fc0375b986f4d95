// What the rule language, the engine and the services say of a rule, in another language. They say it in English. A
// catalogue has the same sentences with places for names, code and parts of sentences: `{part}` is kept as it is,
// `{type:types}` is itself a sentence of the group "types", `{value:amounts}` a figure, perhaps with its unit. What the
// catalogue does not know stays English.

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

/**
 * English to another language, figures with the signs between their digits that its numbers have; `onUse` hears of every
 * template used. Null where the catalogue has no such sentence.
 */
export function translator(
  catalogue: Catalogue,
  onUse?: (group: string, english: string) => void,
  numbers: Intl.NumberFormat = ENGLISH,
) {
  const signs = signsOf(numbers);
  const amount = (english: string) =>
    english.replace(FIGURE, (figure) => figure.replace(/[,.]/g, (sign) => signs[sign] ?? sign));
  const groups = new Map(Object.entries(catalogue).map(([group, entries]) => [group, compiled(entries)]));
  const known = new Map<string, string | null>();

  function translated(english: string, group: string, isStrict: boolean): string | null {
    const key = `${isStrict}\n${group}\n${english}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size > MOST_KNOWN) known.clear();
    const found = search(english, group, isStrict);
    known.set(key, found);
    return found;
  }

  function search(english: string, name: string, isStrict: boolean): string | null {
    // A group with a capital letter is the one without, at the beginning of a sentence.
    const group = name.toLowerCase();
    const sentence = group === name ? english : english.charAt(0).toLowerCase() + english.slice(1);
    for (const template of groups.get(group) ?? []) {
      const filled = fill(template, sentence, isStrict);
      if (!filled) continue;
      onUse?.(group, template.english);
      const text = template.translation.replaceAll(new RegExp(PLACE, "g"), (_, place: string) => filled[place] ?? "");
      return /^\p{Lu}/u.test(sentence) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
    }
    return null;
  }

  function sayPart(part: string, group: string | undefined, isStrict: boolean): string | null {
    if (group !== undefined && group !== "amounts") return translated(part, group, isStrict);
    if (isStrict && hasOpenText(part)) return null;
    return group ? amount(part) : part;
  }

  /**
   * Place -> what stands there, translated where it is a part of a sentence; the shortest parts that fit. Strict: none
   * that ends within a text that an author wrote.
   */
  function fill({ literals, places }: Template, sentence: string, isStrict: boolean): Record<string, string> | null {
    const last = literals.at(-1) ?? "";
    function from(index: number, start: number): Record<string, string> | null {
      const place = places[index];
      if (!place) return start === sentence.length ? {} : null;
      const literal = literals[index + 1] ?? "";
      const isLast = index === places.length - 1;
      let end = isLast ? sentence.length - literal.length : sentence.indexOf(literal, start + 1);
      while (end > start && end <= sentence.length - last.length) {
        const part = sentence.slice(start, end);
        const said = sayPart(part, place.group, isStrict);
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

  // Code that was shortened, or is about a text that is not closed, has half a text.
  return (english: string, group = "sentences") =>
    translated(english, group, true) ?? translated(english, group, false);
}

const TEXT = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g;
const hasOpenText = (code: string) => code.includes('"') && code.replace(TEXT, "").includes('"');

const FIGURE = /^-?\d{1,3}(?:,\d{3})*(?:\.\d+)?(?= |$)/;
const ENGLISH = new Intl.NumberFormat("en-GB");

/** What a language writes for the comma and the point of an English figure. */
function signsOf(numbers: Intl.NumberFormat): Record<string, string> {
  const parts = numbers.formatToParts(1234567.5);
  const sign = (type: Intl.NumberFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? "";
  return { ",": sign("group"), ".": sign("decimal") };
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
