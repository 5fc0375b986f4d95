// Numbers and instants as the viewer's language writes them.

const LOCALES: Record<string, string> = { de: "de-CH", en: "en-GB", fr: "fr-CH" };

const localeOf = (language: string) => LOCALES[language] ?? language;

/** Making a format takes as long as hundreds of uses of it, so each is made once. */
function kept<Format>(
  make: (locale: string, timeZone: string) => Format,
): (language: string, timeZone?: string) => Format {
  const known = new Map<string, Format>();
  return (language, timeZone = "UTC") => {
    const key = `${language} ${timeZone}`;
    const format = known.get(key) ?? make(localeOf(language), timeZone);
    known.set(key, format);
    return format;
  };
}

const numbers = kept((locale) => new Intl.NumberFormat(locale));
const clocks = kept(
  (locale, timeZone) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone }),
);
const weekdays = kept(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZone,
    }),
);

export function number(value: number, language: string): string {
  return numbers(language).format(value);
}

/** A figure that must fit its place: from a million on in short, "1.2M". */
export function figure(value: number, language: string): string {
  if (value < 1_000_000) return number(value, language);
  return new Intl.NumberFormat(localeOf(language), { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** Date and time to the second, in the customer's time zone. */
export function exactTime(atMs: number, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "medium", timeZone }).format(
    atMs,
  );
}

/** Hours and minutes, in the customer's time zone. */
export function clockTime(atMs: number, language: string, timeZone: string): string {
  return clocks(language, timeZone).format(atMs);
}

/** Units of time with their lengths in seconds, the largest first. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago, in the largest whole unit: "2 minutes ago"; within ten seconds "now". */
export function relativeTime(atMs: number, nowMs: number, language: string): string {
  const seconds = Math.round((nowMs - atMs) / 1000);
  const format = new Intl.RelativeTimeFormat(localeOf(language), { numeric: "auto" });
  if (Math.abs(seconds) < 10) return format.format(0, "second");
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return format.format(-Math.trunc(seconds / length), unit);
}

/** A local day, "2026-03-07", without its year. */
export function dayOfMonth(day: string, language: string, hasWeekday = false): string {
  const weekday = hasWeekday ? "short" : undefined;
  return new Intl.DateTimeFormat(localeOf(language), {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
    ...(weekday && { weekday }),
  }).format(Date.parse(day));
}

/** A share, 0 to 1, in whole percent. */
export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Day of the week, date and minute, in a time zone. */
export function weekdayTime(atMs: number, language: string, timeZone: string): string {
  return weekdays(language, timeZone).format(atMs);
}

/** What a language is called in the viewer's: "Italian". */
export function languageName(code: string, language: string): string {
  const name = new Intl.DisplayNames(localeOf(language), { type: "language" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** About how long, in the largest unit of which there is one: "15 minutes", "1.5 hours". */
export function aboutLength(seconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= 0.98 * length) ?? ["second", 1];
  const format = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(localeOf(language), format).format(seconds / length);
}
