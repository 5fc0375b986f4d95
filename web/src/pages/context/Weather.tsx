// The weather of the customer's cells: its provider, a map of them, and the same as a table.
import { Skeleton, Text, Title } from "@mantine/core";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { Cell, ContextServices } from "../../api/context";
import { Later } from "../../parts/Later";
import { number } from "../../parts/formats";
import { Time } from "../../parts/Time";

const CellsMap = lazy(() => import("./CellsMap"));
export const CONDITIONS = ["FRESH", "STALE", "OVER", "NONE"] as const satisfies Cell["condition"][];

export function Weather({ context: { weather } }: { context: ContextServices }) {
  const { t, i18n } = useTranslation();
  const { cells, buildingsWithoutPlace } = weather;
  return (
    <section className="panel context-weather" aria-labelledby="weather-title">
      <div className="panel-head">
        <Title order={2} id="weather-title" className="panel-title">
          {t("context.weather")}
        </Title>
        <span className="badge" data-status={weather.pausedUntilMs === null ? "DELIVERED" : "FAILED"}>
          {t(weather.isOffline ? "context.offline" : "context.provider", { name: weather.provider })}
        </span>
      </div>
      {weather.isOffline && <Text className="context-hint">{t("context.offlineLead")}</Text>}
      {weather.pausedUntilMs !== null && (
        <Text className="context-hint" role="status">
          {t("context.paused")} <Time atMs={weather.pausedUntilMs} />
        </Text>
      )}
      {cells.length === 0 ? (
        <Text className="context-empty">{t("context.noCells")}</Text>
      ) : (
        <>
          <div className="map-place">
            <Later waiting={<Skeleton height="100%" />}>
              <CellsMap cells={cells} />
            </Later>
          </div>
          <ul className="map-legend">
            {CONDITIONS.filter((condition) => cells.some((cell) => cell.condition === condition)).map((condition) => (
              <li key={condition} data-condition={condition}>
                {t(`context.condition.${condition}`)}
              </li>
            ))}
          </ul>
          <details className="context-table">
            <summary>{t("context.asTable", { count: cells.length })}</summary>
            <div className="context-scroll" tabIndex={0} role="region" aria-label={t("context.cells")}>
              <table className="plain-table">
                <thead>
                  <tr>
                    <th scope="col">{t("context.place")}</th>
                    <th scope="col">{t("context.buildings")}</th>
                    <th scope="col">{t("context.state")}</th>
                    <th scope="col">{t("context.issued")}</th>
                  </tr>
                </thead>
                <tbody>
                  {cells.map((cell) => (
                    <tr key={`${cell.latitude},${cell.longitude}`}>
                      <td>{placeName(cell, i18n.language)}</td>
                      <td>{number(cell.buildings, i18n.language)}</td>
                      <td>{t(`context.condition.${cell.condition}`)}</td>
                      <td>{cell.issuedAtMs === null ? "–" : <Time atMs={cell.issuedAtMs} />}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
      {buildingsWithoutPlace > 0 && (
        <Text className="context-hint">{t("context.withoutPlace", { count: buildingsWithoutPlace })}</Text>
      )}
    </section>
  );
}

export const placeName = ({ latitude, longitude }: Cell, language: string): string =>
  `${number(latitude, language)}° / ${number(longitude, language)}°`;
