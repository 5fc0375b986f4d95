// The trace of an evaluation, whatever it holds: names and values, nested ones indented.
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";

export function Trace({ values }: { values: Record<string, unknown> }) {
  const { t, i18n } = useTranslation();
  const written = (value: unknown): string => {
    if (value === null || value === undefined || value === "") return t("detail.empty");
    return typeof value === "number" ? number(value, i18n.language) : String(value);
  };
  return (
    <dl className="facts trace">
      {Object.entries(values).map(([name, value]) =>
        typeof value === "object" && value !== null ? (
          <div key={name} className="trace-group">
            <dt>{spaced(name)}</dt>
            <dd>
              <Trace values={value as Record<string, unknown>} />
            </dd>
          </div>
        ) : (
          <div key={name}>
            <dt>{spaced(name)}</dt>
            <dd>{written(value)}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

const spaced = (name: string) => name.replaceAll("_", " ");
