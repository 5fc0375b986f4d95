// The first rows of the file, with each mistake at its row and column.
import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Looked } from "../../api/events";
import { exactTime, number } from "../../parts/formats";
import { RefusalList } from "./RefusalList";

const MOST_MISTAKES = 8;

interface Props {
  looked: Looked;
  timeZoneId: string;
  /** Whether it is of what is chosen now. */
  isFresh: boolean;
}

export function Preview({ looked, timeZoneId, isFresh }: Props) {
  const { t, i18n } = useTranslation();
  const { columns, rows, refusals, mapping } = looked;
  const wrong = (line: number, column: string) =>
    refusals.find((each) => each.line === line && (each.column === column || each.column === null));
  const holds = (column: string) => {
    if (column === mapping.timestamp) return t("events.import.timestamp");
    return Object.entries(mapping.values ?? {}).find(([, held]) => held === column)?.[0];
  };
  const summary = t("events.import.looked", {
    rows: number(looked.lookedAt, i18n.language),
    events: number(looked.events, i18n.language),
    refused: number(refusals.length, i18n.language),
  });
  return (
    <section className="panel import-preview" aria-labelledby="preview-title" data-stale={!isFresh || undefined}>
      <Title order={2} id="preview-title" className="panel-title">
        {t("events.import.preview")}
      </Title>
      <p className="import-summary" role="status">
        {summary}
        {looked.fromMs !== null && looked.toMs !== null && isZone(timeZoneId) && (
          <>
            {" "}
            {t("events.import.stretch", {
              from: exactTime(looked.fromMs, i18n.language, timeZoneId),
              to: exactTime(looked.toMs, i18n.language, timeZoneId),
            })}
          </>
        )}
      </p>
      <div className="import-rows-place" tabIndex={0} role="region" aria-label={t("events.import.preview")}>
        <table className="import-rows">
          <thead>
            <tr>
              <th scope="col">{t("events.import.line")}</th>
              {columns.map((column, index) => (
                <th key={index} scope="col">
                  {column}
                  <span className="import-holds">{holds(column) ?? "–"}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, cells }) => (
              <tr key={line}>
                <th scope="row">{line}</th>
                {cells.map((cell, index) => {
                  const mistake = wrong(line, columns[index] ?? "");
                  return (
                    <td key={index} data-wrong={mistake ? true : undefined} title={mistake?.reason}>
                      {cell || <span className="hint">–</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {refusals.length > 0 && (
        <>
          <p className="import-mistakes">{t("events.import.mistakes")}</p>
          <RefusalList refusals={refusals} most={MOST_MISTAKES} count={refusals.length} />
        </>
      )}
    </section>
  );
}

/** While it is typed it may be none. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
