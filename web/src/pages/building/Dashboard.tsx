// A building's year in figures: what it used and made, how it stands beside others, how right its forecasts were.
import { Alert, NativeSelect, SegmentedControl, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import {
  type Building,
  type ComparedDay,
  comparisonQuery,
  type Dashboard as Figures,
  dashboardQuery,
  type EnergyYear,
  type ForecastCheck,
  forecastChecksQuery,
  type PeerFigures,
  standQuery,
} from "../../api/buildings";
import { type BuildingForecast, forecastsQuery } from "../../api/context";
import { Broken } from "../../parts/Broken";
import { Later } from "../../parts/Later";
import { COLOUR_OF } from "../../parts/chartLook";
import { dayOfMonth, monthName, number, percent, signedPercent, weekdayTime } from "../../parts/formats";
import { daysAfter } from "../../parts/localTime";
import { Time } from "../../parts/Time";
import { type BuildingSearch, ENERGIES, type Energy, PEERS } from "../buildingSearch";
import { AsTable, Drawn } from "./Drawn";
import { NothingYet } from "./NothingYet";
import { inKwh, kwh, kwhWithUnit } from "./energies";
import { categories, grid, legend, tooltip, values } from "./options";

const ForecastChart = lazy(() => import("../../parts/ForecastChart"));
const NAME_OF = {
  ENERGY_CONSUMPTION: "energyConsumption",
  GRID_ENERGY_CONSUMPTION: "gridEnergyConsumption",
  ENERGY_GENERATION: "energyGeneration",
} as const;
const COMPARED_DAYS = 30;

export function Dashboard({ building }: { building: Building }) {
  const { t } = useTranslation();
  const id = building.customerBuildingId;
  const { data, isPending, refetch } = useQuery(dashboardQuery(id));
  const stand = useQuery(standQuery(id));
  if (isPending || stand.isPending) return <Skeleton height={720} aria-hidden />;
  if (!data) return <Broken text={t("buildings.broken")} onAgain={refetch} />;
  // What a context service says of a home is not the home's word: its weather is there before it has sent anything.
  const isQuiet = stand.data ? stand.data.lastEventMs === null : data.points.length === 0;
  if (isQuiet && data.years.every((year) => year.totalWh === null)) {
    return <NothingYet />;
  }
  return (
    <>
      <Totals figures={data} />
      <Months figures={data} />
      <div className="panel-pair">
        <Peers id={id} lastDay={data.lastDay} />
        <Forecasts building={building} />
      </div>
      <Points figures={data} />
    </>
  );
}

export function TabPanel({
  id,
  title,
  side,
  children,
}: {
  id: string;
  title: string;
  side?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="panel tab-panel" aria-labelledby={id}>
      <div className="tab-panel-head">
        <h2 id={id} className="panel-title">
          {title}
        </h2>
        {side}
      </div>
      {children}
    </section>
  );
}

const yearOf = (figures: Figures, energy: Energy): EnergyYear | undefined =>
  figures.years.find(({ eventType }) => eventType === energy);

function Totals({ figures }: { figures: Figures }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const peak = yearOf(figures, "GRID_ENERGY_CONSUMPTION")?.peak;
  const share = (value: number | null) => (value === null ? undefined : percent(value, language));
  const ofWhat = t(`buildings.energy.${figures.shareOf as Energy}`);
  return (
    <section aria-label={t("buildings.totals")}>
      <dl className="year-figures">
        {ENERGIES.map((energy) => {
          const year = yearOf(figures, energy);
          const change = year?.changeShare ?? null;
          return (
            <Total
              key={energy}
              name={t(`buildings.energy.${energy}`)}
              value={year?.totalWh === null || !year ? undefined : kwh(year.totalWh, language)}
              unit="kWh"
              fine={
                year?.totalWh === null || !year
                  ? t("buildings.noEvents12")
                  : [
                      year.knownDays < 365 ? t("buildings.ofDays", { count: year.knownDays }) : t("buildings.last12"),
                      change === null ? null : t("buildings.changeShare", { change: signedPercent(change, language) }),
                    ]
                      .filter(Boolean)
                      .join(" · ")
              }
            />
          );
        })}
        <Total
          name={t("buildings.winterShare")}
          value={share(figures.winterShare)}
          fine={figures.winterShare === null ? t("buildings.winterUnknown") : t("buildings.winterOf", { ofWhat })}
        />
        <Total
          name={t("buildings.nightShare")}
          value={share(figures.nightShare)}
          fine={figures.nightShare === null ? t("buildings.nightUnknown") : t("buildings.nightOf", { ofWhat })}
        />
        <Total
          name={t("buildings.peak")}
          value={peak ? kwh(peak.energyWh, language) : undefined}
          unit="kWh"
          fine={peak ? dayOfMonth(peak.day, language, true) : t("buildings.peakUnknown")}
        />
      </dl>
    </section>
  );
}

function Total({ name, value, unit, fine }: { name: string; value: string | undefined; unit?: string; fine: string }) {
  return (
    <div className="panel figure">
      <dt>{name}</dt>
      <dd>
        <span className="figure-value">
          {value ?? "–"}
          {value !== undefined && unit && <span className="figure-unit"> {unit}</span>}
        </span>
        <span className="fine">{fine}</span>
      </dd>
    </div>
  );
}

function Months({ figures }: { figures: Figures }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const years = ENERGIES.map((energy) => yearOf(figures, energy)).filter(
    (year): year is EnergyYear => year !== undefined && year.months.some(({ energyWh }) => energyWh !== null),
  );
  const months = figures.years[0]?.months ?? [];
  if (years.length === 0) return null;
  const nameOf = (year: EnergyYear) => t(`buildings.energy.${year.eventType as Energy}`);
  return (
    <TabPanel id="months-title" title={t("buildings.months")}>
      <Drawn
        title={t("buildings.monthsTable")}
        summary={t("buildings.monthsSummary", { names: years.map(nameOf).join(", ") })}
        drawn={figures}
        columns={[t("buildings.month"), ...years.map((year) => `${nameOf(year)} (kWh)`)]}
        rows={months.map((month, at) => [
          monthName(month.month, language, true) + (month.isWhole ? "" : ` (${t("buildings.soFar")})`),
          ...years.map((year) => {
            const energyWh = year.months[at]?.energyWh ?? null;
            return energyWh === null ? "–" : kwh(energyWh, language);
          }),
        ])}
        optionOf={(look) => ({
          grid,
          legend: legend(look),
          tooltip: {
            ...tooltip(look, (value) => (value === null ? "–" : `${number(Number(value), language)} kWh`)),
            axisPointer: { type: "shadow", shadowStyle: { color: look.text.color, opacity: 0.08 } },
          },
          xAxis: categories(
            months.map(({ month }) => monthName(month, language)),
            look,
          ),
          yAxis: values(look, (value) => number(value, language), "kWh"),
          series: years.map((year) => ({
            type: "bar",
            name: nameOf(year),
            barMaxWidth: 18,
            itemStyle: { color: look.token(COLOUR_OF[year.eventType as Energy]), borderRadius: [3, 3, 0, 0] },
            data: year.months.map(({ energyWh, isWhole }) => ({
              value: inKwh(energyWh),
              itemStyle: { opacity: isWhole ? 1 : 0.5 },
            })),
          })),
        })}
      />
    </TabPanel>
  );
}

/** Changes what of the dashboard is looked at, in the address. */
function useLook() {
  const navigate = useNavigate({ from: "/buildings/$buildingId" });
  return (patch: BuildingSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
}

function Peers({ id, lastDay }: { id: string; lastDay: string }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const look = useLook();
  const { peers = "COUNTRY", energy = "ENERGY_CONSUMPTION" } = useSearch({ from: "/buildings/$buildingId" });
  const compared = useQuery(comparisonQuery(id, peers, daysAfter(lastDay, 1 - COMPARED_DAYS), lastDay));
  const days = useMemo(
    () =>
      (compared.data ?? []).flatMap((day) => {
        const figures = day[NAME_OF[energy]];
        return figures ? [{ day: day.day, figures }] : [];
      }),
    [compared.data, energy],
  );
  const newest = days.at(-1);
  return (
    <TabPanel id="peers-title" title={t("buildings.peers")}>
      <div className="tab-choices">
        <NativeSelect
          aria-label={t("buildings.peersWith")}
          value={peers}
          data={PEERS.map((value) => ({ value, label: t(`buildings.peersOf.${value}`) }))}
          onChange={(event) => look({ peers: PEERS.find((each) => each === event.currentTarget.value) })}
        />
        <NativeSelect
          aria-label={t("buildings.peersIn")}
          value={energy}
          data={ENERGIES.map((value) => ({ value, label: t(`buildings.energy.${value}`) }))}
          onChange={(event) => look({ energy: ENERGIES.find((each) => each === event.currentTarget.value) })}
        />
      </div>
      {compared.isPending && <Skeleton height={280} />}
      {compared.isError && !compared.data && <Broken text={t("buildings.broken")} onAgain={compared.refetch} isRow />}
      {compared.data && !newest && (
        <Text c="dimmed" fz="sm">
          {t(`buildings.peersNone.${whyNone(compared.data, energy)}`)}
        </Text>
      )}
      {newest && (
        <>
          <p className="peer-rank">
            <strong>
              {t("buildings.rank", {
                rank: number(newest.figures.rank, language),
                size: number(newest.figures.size, language),
              })}
            </strong>{" "}
            {t("buildings.rankOn", {
              day: dayOfMonth(newest.day, language, true),
              value: kwhWithUnit(newest.figures.value, language),
              median: kwhWithUnit(newest.figures.median, language),
            })}
          </p>
          <PeerChart days={days} energy={energy} />
        </>
      )}
    </TabPanel>
  );
}

type WhyNone = NonNullable<NonNullable<ComparedDay["withheld"]>["energyConsumption"]>;

function whyNone(days: ComparedDay[], energy: Energy): WhyNone {
  return days.at(-1)?.withheld?.[NAME_OF[energy]] ?? "NO_EVENTS";
}

function PeerChart({ days, energy }: { days: { day: string; figures: PeerFigures }[]; energy: Energy }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const inDays = days.map(({ figures }) => figures);
  return (
    <Drawn
      title={t("buildings.peersTable")}
      summary={t("buildings.peersSummary")}
      drawn={days}
      columns={[
        t("buildings.day"),
        `${t("buildings.own")} (kWh)`,
        `${t("buildings.median")} (kWh)`,
        t("buildings.middleHalf"),
        t("buildings.rankColumn"),
      ]}
      rows={days.map(({ day, figures }) => [
        dayOfMonth(day, language, true),
        kwh(figures.value, language),
        kwh(figures.median, language),
        `${kwh(figures.p25, language)} – ${kwh(figures.p75, language)} kWh`,
        `${number(figures.rank, language)} / ${number(figures.size, language)}`,
      ])}
      optionOf={(look) => ({
        grid,
        legend: { ...legend(look), data: [t("buildings.own"), t("buildings.median"), t("buildings.middleHalf")] },
        tooltip: {
          ...tooltip(look, String),
          formatter: (items: { dataIndex: number }[]) => {
            const at = days[items[0]?.dataIndex ?? 0];
            if (!at) return "";
            return [
              dayOfMonth(at.day, language, true),
              `${t("buildings.own")}: <b>${kwhWithUnit(at.figures.value, language)}</b>`,
              `${t("buildings.median")}: ${kwhWithUnit(at.figures.median, language)}`,
              t("buildings.rank", { rank: at.figures.rank, size: at.figures.size }),
            ].join("<br>");
          },
        },
        xAxis: {
          ...categories(
            days.map(({ day }) => dayOfMonth(day, language)),
            look,
          ),
          boundaryGap: false,
        },
        yAxis: values(look, (value) => number(value, language), "kWh"),
        series: [
          // The band is the difference, stacked on an unseen line.
          band(
            inDays.map(({ p25 }) => inKwh(p25)),
            "p25",
          ),
          {
            ...band(
              inDays.map(({ p25, p75 }) => inKwh(p75 - p25)),
              t("buildings.middleHalf"),
            ),
            itemStyle: { color: look.token("--dropped-soft") },
            areaStyle: { color: look.token("--dropped-soft"), opacity: 1 },
          },
          {
            type: "line",
            name: t("buildings.median"),
            showSymbol: false,
            lineStyle: { width: 1.5, type: "dashed", color: look.token("--dropped") },
            itemStyle: { color: look.token("--dropped") },
            data: inDays.map(({ median }) => inKwh(median)),
          },
          {
            type: "line",
            name: t("buildings.own"),
            symbolSize: 5,
            lineStyle: { width: 2, color: look.token(COLOUR_OF[energy]) },
            itemStyle: { color: look.token(COLOUR_OF[energy]) },
            data: inDays.map(({ value }) => inKwh(value)),
          },
        ],
      })}
    />
  );
}

const band = (data: (number | null)[], name: string) => ({
  type: "line",
  name,
  stack: "band",
  symbol: "none",
  silent: true,
  lineStyle: { opacity: 0 },
  data,
});

function Forecasts({ building }: { building: Building }) {
  const { t } = useTranslation();
  const look = useLook();
  const { kind = "CONSUMPTION" } = useSearch({ from: "/buildings/$buildingId" });
  const checks = useQuery(forecastChecksQuery(building.customerBuildingId));
  const forecasts = useQuery(forecastsQuery(building.customerBuildingId));
  const check = checks.data?.find((each) => each.kind === kind);
  const forecast = forecasts.data?.find((each) => each.kind === kind);
  const broken = [checks, forecasts].find(({ isError, data }) => isError && !data);
  const hasDays = check?.days.some(({ forecastWh }) => forecastWh !== null);
  return (
    <TabPanel
      id="forecast-title"
      title={t("buildings.forecast")}
      side={
        <SegmentedControl
          size="xs"
          aria-label={t("buildings.forecastOf")}
          value={kind}
          data={(["CONSUMPTION", "GENERATION"] as const).map((value) => ({
            value,
            label: t(`buildings.energy.ENERGY_${value}`),
          }))}
          onChange={(value) => look({ kind: value === "GENERATION" ? "GENERATION" : "CONSUMPTION" })}
        />
      }
    >
      {!broken && (checks.isPending || forecasts.isPending) && <Skeleton height={340} />}
      {broken && <Broken text={t("buildings.broken")} onAgain={broken.refetch} isRow />}
      {check && forecast && (
        <>
          {forecast.isStale && (
            <Alert color="yellow" className="alert building-stale" role="status">
              {t("buildings.forecastStale")}
            </Alert>
          )}
          {forecast.absent && (
            <Text c="dimmed" fz="sm">
              {t(`context.absent.${forecast.absent}`)}
            </Text>
          )}
          {hasDays ? (
            <ForecastDays check={check} />
          ) : (
            !forecast.absent && (
              <Text c="dimmed" fz="sm">
                {t("buildings.forecastNoDays")}
              </Text>
            )
          )}
          {forecast.hours.length > 0 && <Outlook forecast={forecast} timeZoneId={building.timeZoneId ?? "UTC"} />}
        </>
      )}
    </TabPanel>
  );
}

function ForecastDays({ check }: { check: ForecastCheck }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const { days } = check;
  return (
    <Drawn
      title={t("buildings.forecastTable")}
      summary={t("buildings.forecastSummary")}
      drawn={check}
      height="12rem"
      columns={[t("buildings.day"), `${t("buildings.foreseen")} (kWh)`, `${t("buildings.came")} (kWh)`]}
      rows={days.map(({ day, forecastWh, actualWh }) => [
        dayOfMonth(day, language, true),
        forecastWh === null ? "–" : kwh(forecastWh, language),
        actualWh === null ? "–" : kwh(actualWh, language),
      ])}
      optionOf={(look) => ({
        grid,
        legend: legend(look),
        tooltip: tooltip(look, (value) =>
          value === null || value === undefined ? "–" : `${number(Number(value), language)} kWh`,
        ),
        xAxis: categories(
          days.map(({ day }) => dayOfMonth(day, language)),
          look,
        ),
        yAxis: values(look, (value) => number(value, language), "kWh"),
        series: [
          {
            type: "bar",
            name: t("buildings.came"),
            barMaxWidth: 14,
            itemStyle: {
              color: look.token(COLOUR_OF[`ENERGY_${check.kind}`]),
              borderRadius: [3, 3, 0, 0],
              opacity: 0.55,
            },
            data: days.map(({ actualWh }) => inKwh(actualWh)),
          },
          {
            type: "line",
            name: t("buildings.foreseen"),
            symbolSize: 5,
            lineStyle: { width: 2, color: look.token("--mantine-color-text") },
            itemStyle: { color: look.token("--mantine-color-text") },
            data: days.map(({ forecastWh }) => inKwh(forecastWh)),
          },
        ],
      })}
    />
  );
}

function Outlook({ forecast, timeZoneId }: { forecast: BuildingForecast; timeZoneId: string }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const { kind, hours, issuedTimestamp } = forecast;
  return (
    <>
      <h3 className="building-side-title">{t("buildings.outlook")}</h3>
      {issuedTimestamp !== null && (
        <p className="fine">
          {t("buildings.outlookIssued")} <Time atMs={issuedTimestamp * 1000} />
        </p>
      )}
      <div className="outlook-place">
        <Later waiting={<Skeleton height="100%" />}>
          <ForecastChart kind={kind} hours={hours} timeZoneId={timeZoneId} />
        </Later>
      </div>
      <AsTable
        title={t("buildings.outlook")}
        columns={[t("buildings.hour"), `${t("buildings.expected")} (kWh)`, t("buildings.likely")]}
        rows={hours.map(({ startTimestamp, p10Wh, p50Wh, p90Wh }) => [
          weekdayTime(startTimestamp * 1000, language, timeZoneId),
          kwh(p50Wh, language),
          `${kwh(p10Wh, language)} – ${kwh(p90Wh, language)} kWh`,
        ])}
      />
    </>
  );
}

function Points({ figures: { points } }: { figures: Figures }) {
  const { t, i18n } = useTranslation();
  const total = points.reduce((sum, each) => sum + each.points, 0);
  return (
    <TabPanel
      id="points-title"
      title={t("buildings.points")}
      side={<strong className="numeric">{number(total, i18n.language)}</strong>}
    >
      <p className="fine">{t("buildings.pointsLead")}</p>
      <ul className="point-list">
        {points.map((each) => (
          <li key={each.eventType}>
            <span>{each.eventType}</span> <span className="numeric">{number(each.points, i18n.language)}</span>
          </li>
        ))}
      </ul>
    </TabPanel>
  );
}
