// The trace of an evaluation, whatever it holds: names and values, nested ones indented.
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";
import { useSentences } from "../../texts/sentences";

const NAMES = [
  "ended",
  "condition",
  "values",
  "datasets",
  "newest",
  "count",
  "streak_count",
  "delivered_count",
] as const;
/** What holds the author's own names. */
const OF_THE_RULE = ["values", "datasets"];

export function Trace({ values, of = "" }: { values: Record<string, unknown>; of?: string }) {
  const { t, i18n } = useTranslation();
  const say = useSentences();
  const named = (name: string) => {
    const known = OF_THE_RULE.includes(of) ? undefined : NAMES.find((each) => each === name);
    return known ? t(`detail.traced.${known}`) : OF_THE_RULE.includes(of) ? name : name.replaceAll("_", " ");
  };
  const written = (name: string, value: unknown): string => {
    if (value === null || value === undefined || value === "") return t("detail.empty");
    if (typeof value === "number") return number(value, i18n.language);
    const text = String(value);
    return !OF_THE_RULE.includes(of) && (name === "ended" || name === "newest") ? say(text) : text;
  };
  return (
    <dl className="facts trace">
      {Object.entries(values).map(([name, value]) =>
        typeof value === "object" && value !== null ? (
          <div key={name} className="trace-group">
            <dt>{named(name)}</dt>
            <dd>
              <Trace values={value as Record<string, unknown>} of={name} />
            </dd>
          </div>
        ) : (
          <div key={name}>
            <dt>{named(name)}</dt>
            <dd>{written(name, value)}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
