// Numbers and instants as the viewer's language writes them.

const LOCALES: Record<string, string> = { de: "de-CH", en: "en-GB", fr: "fr-CH" };

export const localeOf = (language: string) => LOCALES[language] ?? language;

/** Making a format takes as long as hundreds of uses of it, so each is made once. */
export function kept<Format>(
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
const MOST_DIGITS = 9;
const decimals = Array.from({ length: MOST_DIGITS + 1 }, (_, digits) =>
  kept((locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })),
);
const signedPercents = (maximumFractionDigits: number) =>
  kept(
    (locale) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits, signDisplay: "exceptZero" }),
  );
const signedWhole = signedPercents(0);
const signedFine = signedPercents(1);
const clocks = kept(
  (locale, timeZone) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone }),
);
const days = kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone }));
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

const months = {
  short: kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { month: "short", year: "2-digit", timeZone })),
  long: kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone })),
};
const weekdayNames = {
  short: kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { weekday: "short", timeZone })),
  long: kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { weekday: "long", timeZone })),
};

/** How numbers are written in that language. */
export const numberFormat = (language: string): Intl.NumberFormat => numbers(language);

export function number(value: number, language: string): string {
  return numbers(language).format(value);
}

/** A decimal number of a text such as "0.3530", with all its digits. */
export function decimal(text: string, language: string): string {
  const digits = Math.min(text.split(".")[1]?.length ?? 0, MOST_DIGITS);
  return decimals[digits]!(language).format(Number(text));
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

/** A change as a share: "+12%", "−3.5%". */
export function signedPercent(share: number, language: string): string {
  return (Math.abs(share) < 0.1 ? signedFine : signedWhole)(language).format(share);
}

/** A month, "2026-03": "Mar 26" or "March 2026". */
export function monthName(month: string, language: string, isLong = false): string {
  return months[isLong ? "long" : "short"](language).format(Date.parse(`${month}-01`));
}

/** Day and month, in a time zone. */
export function dayAt(atMs: number, language: string, timeZone: string): string {
  return days(language, timeZone).format(atMs);
}

/** The day of the week, in a time zone. */
export function weekdayName(atMs: number, language: string, timeZone: string, length: "short" | "long"): string {
  return weekdayNames[length](language, timeZone).format(atMs);
}

/** Day of the week, date and minute, in a time zone. */
export function weekdayTime(atMs: number, language: string, timeZone: string): string {
  return weekdays(language, timeZone).format(atMs);
}

/** What a language is called in the viewer's, as in a list, "Italien", or within a sentence, "italien". */
export function languageName(code: string, language: string, isInSentence = false): string {
  const name = new Intl.DisplayNames(localeOf(language), { type: "language" }).of(code) ?? code;
  if (isInSentence) return name;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** What a country, "CH", is called. */
export function countryName(code: string, language: string): string {
  return new Intl.DisplayNames(localeOf(language), { type: "region" }).of(code) ?? code;
}

/** About how long, in the largest unit of which there is one: "15 minutes", "1.5 hours". */
export function aboutLength(seconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= 0.98 * length) ?? ["second", 1];
  const format = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(localeOf(language), format).format(seconds / length);
}
