// This week in the prices of a tariff, stored or edited: hour by hour, and when it is high and low. What it says is the server's word.
import { Skeleton, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Building, Tariff, TariffPrice } from "../../api/buildings";
import { Broken } from "../../parts/Broken";
import { decimal, number, weekdayName, weekdayTime } from "../../parts/formats";
import { daysAfter, instantOf, localMinute } from "../../parts/localTime";
import { TabPanel } from "./Dashboard";
import { Drawn } from "./Drawn";
import { grid, tooltip, values } from "./options";

/** The present week by a building's clock, from Monday on. */
export interface PresentWeek {
  monday: string;
  timeZoneId: string;
  fromMs: number;
  toMs: number;
}

/** It stays the one in which it was first shown. */
export function usePresentWeek(building: Building): PresentWeek {
  const timeZoneId = building.timeZoneId ?? "UTC";
  const [monday] = useState(() => mondayOf(localMinute(Date.now(), timeZoneId).slice(0, 10)));
  return {
    monday,
    timeZoneId,
    fromMs: instantOf(monday, timeZoneId),
    toMs: instantOf(daysAfter(monday, 7), timeZoneId),
  };
}

interface Props {
  title: string;
  tariff: Tariff;
  week: PresentWeek;
  /** What the server says of it; undefined = nothing yet. */
  prices: TariffPrice[] | undefined;
  asked: Pick<UseQueryResult, "isPending" | "isError" | "refetch">;
}

/** The prices of a tariff hour by hour, and when it is high and low. */
export function Week({ title, tariff, week, prices, asked }: Props) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const { monday, timeZoneId, fromMs, toMs } = week;
  const unit = `${tariff.currency ?? ""}/kWh`.replace(/^\//, `${t("buildings.perUnit")} `);
  const priced = (prices ?? []).filter((each): each is TariffPrice & { price: string } => each.price !== null);
  const hasHours = (prices ?? []).some(({ isLowTariff }) => isLowTariff !== null);
  return (
    <>
      <TabPanel id="week-title" title={title}>
        {!prices && asked.isPending && <Skeleton height={300} />}
        {!prices && asked.isError && <Broken text={t("buildings.broken")} onAgain={asked.refetch} isRow />}
        {prices && priced.length === 0 && (
          <Text c="dimmed" fz="sm">
            {t("buildings.noPrices")}
          </Text>
        )}
        {priced.length > 0 && (
          <Drawn
            title={t("buildings.week")}
            summary={t("buildings.weekSummary")}
            drawn={prices}
            columns={[
              t("buildings.from"),
              t("buildings.until"),
              `${t("buildings.price")} (${unit})`,
              t("buildings.isLow"),
            ]}
            rows={priced.map(({ start, end, price, isLowTariff }) => [
              weekdayTime(start * 1000, language, timeZoneId),
              weekdayTime(end * 1000, language, timeZoneId),
              decimal(price, language),
              isLowTariff === null ? "–" : t(isLowTariff ? "buildings.low" : "buildings.high"),
            ])}
            optionOf={(look) => ({
              animation: false,
              grid: { ...grid, top: 32 },
              tooltip: {
                ...tooltip(look, String),
                formatter: (items: { value: [number, number | null] }[]) => {
                  const [at, price] = items[0]?.value ?? [fromMs, null];
                  return `${weekdayTime(at, language, timeZoneId)}<br><b>${price === null ? "–" : decimal(String(price), language)} ${unit}</b>`;
                },
              },
              xAxis: {
                type: "time",
                min: fromMs,
                max: toMs,
                axisTick: { show: false },
                axisLine: { lineStyle: look.lineStyle },
                splitLine: { show: false },
                axisLabel: {
                  ...look.text,
                  // Below the middle of each day, whatever zone the browser is in.
                  customValues: [0, 1, 2, 3, 4, 5, 6].map((day) =>
                    instantOf(`${daysAfter(monday, day)}T12:00`, timeZoneId),
                  ),
                  formatter: (at: number) => weekdayName(at, language, timeZoneId, "short"),
                },
              },
              yAxis: { ...values(look, (value) => number(value, language), unit), scale: tariff.type === "DYNAMIC" },
              series: [
                {
                  type: "line",
                  step: "end",
                  showSymbol: false,
                  lineStyle: { width: 2, color: look.token("--series-1") },
                  areaStyle: { color: look.token("--series-1"), opacity: 0.12 },
                  // What is not known between two prices is no line.
                  data: priced.flatMap(({ start, end, price }, at) => [
                    [start * 1000, Number(price)],
                    [end * 1000 - 1, Number(price)],
                    ...(priced[at + 1] && priced[at + 1]?.start !== end ? [[end * 1000, null]] : []),
                  ]),
                },
              ],
            })}
          />
        )}
      </TabPanel>
      {hasHours && <Hours prices={prices ?? []} monday={monday} timeZoneId={timeZoneId} />}
    </>
  );
}

/** The hours of each day of this week, by the clock on the wall, in which the tariff is high and low. */
function Hours({ prices, monday, timeZoneId }: { prices: TariffPrice[]; monday: string; timeZoneId: string }) {
  const { t, i18n } = useTranslation();
  return (
    <TabPanel id="hours-title" title={t("buildings.highHours")}>
      <div className="drawn-scroll" tabIndex={0} role="region" aria-labelledby="hours-title">
        <table className="hours-table">
          <thead>
            <tr>
              <th scope="col">{t("buildings.weekday")}</th>
              <th scope="col">{t("buildings.high")}</th>
              <th scope="col">{t("buildings.low")}</th>
            </tr>
          </thead>
          <tbody>
            {[0, 1, 2, 3, 4, 5, 6].map((at) => {
              const day = daysAfter(monday, at);
              return (
                <tr key={day}>
                  <th scope="row">{weekdayName(Date.parse(day), i18n.language, "UTC", "long")}</th>
                  {[false, true].map((isLow) => (
                    <td key={String(isLow)}>
                      {hoursOf(
                        prices.filter((each) => each.isLowTariff === isLow),
                        day,
                        timeZoneId,
                      ).join(", ") || t("buildings.never")}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </TabPanel>
  );
}

/** "06:00 – 22:00" for each stretch of the prices within a local day. */
function hoursOf(prices: Pick<TariffPrice, "start" | "end">[], day: string, timeZoneId: string): string[] {
  const fromMs = instantOf(day, timeZoneId);
  const toMs = instantOf(daysAfter(day, 1), timeZoneId);
  const clock = (atMs: number) => (atMs >= toMs ? "24:00" : localMinute(atMs, timeZoneId).slice(11));
  const stretches: [number, number][] = [];
  for (const { start, end } of prices) {
    const [first, last] = [Math.max(start * 1000, fromMs), Math.min(end * 1000, toMs)];
    const before = stretches.at(-1);
    if (first >= last) continue;
    if (before?.[1] === first) before[1] = last;
    else stretches.push([first, last]);
  }
  return stretches.map(([first, last]) => `${clock(first)} – ${clock(last)}`);
}

function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00Z`).getUTCDay() + 6) % 7;
  return daysAfter(day, -weekday);
}
