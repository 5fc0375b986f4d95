// One building's forecasts: horizon, last run, how they came about, the hours to come, and how right they have been.
import { Skeleton, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { type BuildingForecast, forecastsQuery } from "../../api/context";
import { buildingQuery, buildingsQuery } from "../../api/rules";
import { Broken } from "../../parts/Broken";
import { BuildingSearch } from "../../parts/BuildingSearch";
import { Later } from "../../parts/Later";
import { number, weekdayTime } from "../../parts/formats";
import { useAllowed, useSession } from "../../parts/session";
import { Time } from "../../parts/Time";

const ForecastChart = lazy(() => import("../../parts/ForecastChart"));
const PAUSE_MS = 250;
/** Rules of thumb in the order of their columns. */
const BASELINES = ["yesterday", "lastWeek", "median14Days"] as const;

export function BuildingForecasts() {
  const { t } = useTranslation();
  const session = useSession();
  const search = useSearch({ from: "/context-services" });
  const navigate = useNavigate({ from: "/context-services" });
  const mayRead = useAllowed("read:buildings");
  // Without a choice the first building, so that there is something to see.
  const first = useQuery({ ...buildingsQuery("", 1), enabled: mayRead && search.building === undefined }).data?.[0];
  const typed = search.building ?? first?.customerBuildingId ?? "";
  const [settled] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const building = useQuery({ ...buildingQuery(settled), enabled: mayRead && settled !== "" });
  const chosen = typed.trim() === settled ? building.data : undefined;
  const asked = useQuery({ ...forecastsQuery(settled), enabled: chosen !== undefined });
  if (!mayRead) return null;
  return (
    <section className="panel context-building" aria-labelledby="building-title">
      <div className="panel-head">
        <Title order={2} id="building-title" className="panel-title">
          {t("context.ofBuilding")}
        </Title>
        <BuildingSearch
          className="context-field"
          aria-label={t("rule.building")}
          placeholder={t("rule.building")}
          value={typed}
          onText={(text) =>
            void navigate({ search: { building: text || undefined }, replace: true, resetScroll: false })
          }
          isChosen={chosen !== undefined}
          error={typed !== "" && building.isError ? t("rule.unknownBuilding") : undefined}
        />
      </div>
      {asked.isError && !asked.data && <Broken isRow text={t("context.forecastsBroken")} onAgain={asked.refetch} />}
      {asked.isPending && typed !== "" && !building.isError && <Skeleton height={360} />}
      {typed === "" && !first && <Text className="context-empty">{t("context.noBuilding")}</Text>}
      {chosen && asked.data && (
        <div className="context-pair">
          {asked.data.map((forecast) => (
            <OneForecast key={forecast.kind} forecast={forecast} timeZoneId={chosen.timeZoneId ?? session.timeZoneId} />
          ))}
        </div>
      )}
    </section>
  );
}

function OneForecast({ forecast, timeZoneId }: { forecast: BuildingForecast; timeZoneId: string }) {
  const { t, i18n } = useTranslation();
  const { kind, absent, hours, issuedTimestamp, method, learnedShare, daysLearned, weather, accuracy } = forecast;
  const last = hours.at(-1);
  return (
    <section className="context-forecast" aria-label={t(`context.kind.${kind}`)}>
      <Title order={3} className="context-kind">
        {t(`context.kind.${kind}`)}
        {forecast.isStale && (
          <span className="badge" data-status="FAILED">
            {t("context.isStale")}
          </span>
        )}
      </Title>
      {absent ? (
        <Text className="context-empty">{t(`context.absent.${absent}`)}</Text>
      ) : (
        <>
          <div className="chart-place">
            <Later waiting={<Skeleton height="100%" />}>
              <ForecastChart kind={kind} hours={hours} timeZoneId={timeZoneId} />
            </Later>
          </div>
          <dl className="facts">
            {issuedTimestamp != null && (
              <div>
                <dt>{t("context.lastRun")}</dt>
                <dd>
                  <Time atMs={issuedTimestamp * 1000} />
                </dd>
              </div>
            )}
            {last && (
              <div>
                <dt>{t("context.horizon")}</dt>
                <dd>
                  {t("context.horizonTo", {
                    count: hours.length,
                    to: weekdayTime((last.startTimestamp + 3600) * 1000, i18n.language, timeZoneId),
                  })}
                </dd>
              </div>
            )}
            {method && (
              <div>
                <dt>{t("context.how")}</dt>
                <dd>
                  {t(`context.method.${method}`)}
                  {daysLearned ? ` · ${t("context.learned", { count: Math.round(daysLearned) })}` : ""}
                  {learnedShare
                    ? ` · ${t("context.share", { share: number(Math.round(learnedShare * 100), i18n.language) })}`
                    : ""}
                </dd>
              </div>
            )}
            {weather && (
              <div>
                <dt>{t("context.weather")}</dt>
                <dd>
                  {weather.provider}
                  {weather.isStale ? ` · ${t("context.isStale")}` : ""}
                </dd>
              </div>
            )}
          </dl>
          <Accuracy kind={kind} accuracy={accuracy} />
        </>
      )}
    </section>
  );
}

function Accuracy({ kind, accuracy }: Pick<BuildingForecast, "kind" | "accuracy">) {
  const { t, i18n } = useTranslation();
  const kwh = (wh: number | undefined) => (wh === undefined ? "–" : number(Math.round(wh / 10) / 100, i18n.language));
  if (accuracy.length === 0) return <Text className="context-hint">{t("context.noAccuracy")}</Text>;
  return (
    <div
      className="context-scroll"
      tabIndex={0}
      role="region"
      aria-label={t("context.accuracyOf", { kind: t(`context.kind.${kind}`) })}
    >
      <table className="plain-table context-accuracy">
        <caption>{t("context.accuracy")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("context.hoursAhead")}</th>
            <th scope="col">{t("context.error")}</th>
            {BASELINES.map((each) => (
              <th key={each} scope="col">
                {t(`context.baseline.${each}`)}
              </th>
            ))}
            <th scope="col">{t("context.coverage")}</th>
          </tr>
        </thead>
        <tbody>
          {accuracy.map((each) => (
            <tr key={each.fromHour}>
              <th scope="row">{each.fromHour === each.toHour ? each.fromHour : `${each.fromHour}–${each.toHour}`}</th>
              <td>
                <b>{kwh(each.maeWh)}</b>
              </td>
              {BASELINES.map((name) => (
                <td key={name}>{kwh(each.baselinesMaeWh[name])}</td>
              ))}
              <td>{each.coverage == null ? "–" : `${number(Math.round(each.coverage * 100), i18n.language)} %`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
