// Context services: whether weather and forecasts are fresh, where, and how right a building's forecasts have been.
import "../../styles/context.css";
import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type ContextServices, contextQuery } from "../../api/context";
import { Broken } from "../../parts/Broken";
import { number } from "../../parts/formats";
import { Time } from "../../parts/Time";
import { BuildingForecasts } from "./BuildingForecasts";
import { Weather } from "./Weather";

export function Context() {
  const { t } = useTranslation();
  const asked = useQuery(contextQuery);
  return (
    <div className="context">
      <div>
        <Title order={1} className="page-title">
          {t("context.title")}
        </Title>
        <p className="context-lead">{t("context.lead")}</p>
      </div>
      {asked.isError && !asked.data && <Broken text={t("context.broken")} onAgain={asked.refetch} />}
      {asked.isPending && <Skeleton height={420} />}
      {asked.data && (
        <>
          <ForecastCounts context={asked.data} />
          <Weather context={asked.data} />
        </>
      )}
      {!asked.isPending && <BuildingForecasts />}
    </div>
  );
}

function ForecastCounts({ context: { buildings, forecasts } }: { context: ContextServices }) {
  const { t, i18n } = useTranslation();
  return (
    <section aria-label={t("context.forecasts")}>
      <dl className="figures context-figures">
        {forecasts.map(({ kind, fresh, stale, lastRunMs }) => (
          <div key={kind} className="panel figure">
            <dt>{t(`context.kind.${kind}`)}</dt>
            <dd>
              <span className="figure-value">{number(fresh, i18n.language)}</span>
              <ul className="by-status">
                <li>{t("context.freshOf", { count: buildings, shown: number(buildings, i18n.language) })}</li>
                <li data-status={stale ? "FAILED" : undefined}>
                  {t("context.stale", { count: stale, shown: number(stale, i18n.language) })}
                </li>
                <li>
                  {t("context.without", { shown: number(Math.max(buildings - fresh - stale, 0), i18n.language) })}
                </li>
              </ul>
              <span className="context-run">
                {lastRunMs === null ? (
                  t("context.noRun")
                ) : (
                  <>
                    {t("context.lastRun")} <Time atMs={lastRunMs} />
                  </>
                )}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <Text className="context-hint">{t("context.hourly")}</Text>
    </section>
  );
}
