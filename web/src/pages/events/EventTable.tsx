// Events in rows; on a narrow page each becomes a card.
import { useTranslation } from "react-i18next";
import type { ArrivedEvent, Event } from "../../api/events";
import { Breakable } from "../../parts/Breakable";
import { exactTime, number } from "../../parts/formats";

interface Props {
  caption: string;
  events: (Event | ArrivedEvent)[];
  timeZoneId: string;
  /** Rows from this number on came in while one watched. */
  freshFrom?: number;
}

const keyOf = (event: Event | ArrivedEvent) =>
  "number" in event
    ? event.number
    : [event.occurredAtMs, event.customerBuildingId, event.deviceId, event.type, event.source].join(" ");

export function EventTable({ caption, events, timeZoneId, freshFrom }: Props) {
  const { t, i18n } = useTranslation();
  return (
    <table className="event-rows" role="table" aria-label={caption}>
      <thead role="rowgroup">
        <tr role="row">
          {(["time", "type", "value", "device", "building"] as const).map((column) => (
            <th key={column} role="columnheader" scope="col" data-column={column}>
              {t(`events.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {events.map((event) => (
          <tr
            key={keyOf(event)}
            role="row"
            data-fresh={(freshFrom !== undefined && "number" in event && event.number >= freshFrom) || undefined}
          >
            <td role="cell" data-column="time">
              {exactTime(event.occurredAtMs, i18n.language, timeZoneId)}
              {"isHistorical" in event && event.isHistorical && (
                <span className="badge" title={t("events.historicalLong")}>
                  {t("events.historical")}
                </span>
              )}
              {event.forecastAtMs !== null && (
                <span className="hint">
                  {t("events.forecastFor", { at: exactTime(event.forecastAtMs, i18n.language, timeZoneId) })}
                </span>
              )}
            </td>
            <td role="cell" data-column="type">
              <Breakable name={event.type} />
            </td>
            <td role="cell" data-column="value">
              <b>{number(event.value, i18n.language)}</b> {event.unit}
            </td>
            <td role="cell" data-column="device">
              {event.deviceName ?? event.deviceId}
              <span className="hint">
                {event.deviceName ? `${event.deviceId} · ` : ""}
                {event.source}
              </span>
            </td>
            <td role="cell" data-column="building">
              {event.customerBuildingId}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
