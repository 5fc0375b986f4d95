// What came out: a few clear figures first, then when, how many, and in which homes.
import { SegmentedControl, Title } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { dayOfMonth, number } from "../../parts/formats";
import type { BacktestSearch } from "../ruleSearch";
import { Bars } from "./Bars";
import type { Range } from "./Choices";
import { Comparison } from "./Comparison";
import { Figures } from "./Figures";
import { type FleetFigures, figuresOf } from "./fleetFigures";
import { HeldBack } from "./HeldBack";
import { Homes } from "./Homes";
import { Samples } from "./Samples";
import type { Named } from "./subjects";
import type { Run } from "./useBacktest";

/** What every part of the results sees. */
export interface Shown {
  run: Run;
  tried: Named[];
  figures: FleetFigures[];
  search: BacktestSearch;
  change: (patch: BacktestSearch) => void;
  ruleId: string;
  range: Range;
}

export function Results(props: Omit<Shown, "figures">) {
  const { run, tried, search, change, range } = props;
  const { t, i18n } = useTranslation();
  const { from, to } = range;
  const figures = useMemo(
    () => tried.map((_, place) => figuresOf(run.homes, place, from, to)),
    [run.homes, tried.length, from, to],
  );
  const shown = { ...props, figures };
  const names = tried.map((each) => each.name);
  const asTable = search.view === "table";
  const [one, other] = figures;
  if (!one) return null;
  // Both rules over one scale, the longer one's.
  const spread = other && other.spread.length > one.spread.length ? other.spread : one.spread;
  const homesOf = (each: FleetFigures) =>
    spread.map((step) => each.ranking.filter(({ sent }) => sent >= step.from && sent <= step.to).length);
  const series = (values: (each: FleetFigures) => number[]) =>
    figures.map((each, place) => ({ name: names[place] ?? "", values: values(each) }));
  const days =
    figures.length > 1 ? [...new Set(figures.flatMap((each) => each.days.map(({ day }) => day)))].sort() : [];
  const allDays = days.length ? days : one.days.map((each) => each.day);
  const sentOn = (each: FleetFigures) => {
    const byDay = new Map(each.days.map(({ day, sent }) => [day, sent]));
    return allDays.map((day) => byDay.get(day) ?? 0);
  };
  return (
    <>
      <Figures {...shown} />
      {other && <Comparison {...shown} />}
      <section className="panel backtest-panel" aria-labelledby="days-title">
        <div className="rule-section-head">
          <Title order={2} id="days-title" className="panel-title">
            {t("backtest.perDay")}
          </Title>
          <SegmentedControl
            size="xs"
            aria-label={t("rule.view")}
            value={search.view ?? "graph"}
            onChange={(view) => change({ view: view === "table" ? "table" : undefined })}
            data={[
              { value: "graph", label: t("rule.asGraph") },
              { value: "table", label: t("rule.asTable") },
            ]}
          />
        </div>
        <Bars
          title={t("backtest.perDay")}
          column={t("backtest.day")}
          labels={allDays.map((each) => dayOfMonth(each, i18n.language))}
          series={series(sentOn)}
          unit="notifications"
          asTable={asTable}
        />
      </section>
      <div className="backtest-pair">
        <section className="panel backtest-panel" aria-labelledby="spread-title">
          <Title order={2} id="spread-title" className="panel-title">
            {t("backtest.spread")}
          </Title>
          <Bars
            title={t("backtest.spread")}
            column={t("backtest.number")}
            labels={spread.map(({ from, to }) => {
              const start = number(from, i18n.language);
              return to === from ? start : to === Infinity ? `${start}+` : `${start}–${number(to, i18n.language)}`;
            })}
            series={series(homesOf)}
            unit="homes"
            asTable={asTable}
          />
        </section>
        <section className="panel backtest-panel" aria-labelledby="hours-title">
          <Title order={2} id="hours-title" className="panel-title">
            {t("backtest.perHour")}
          </Title>
          <Bars
            title={t("backtest.perHour")}
            column={t("backtest.hour")}
            labels={one.hours.map((_, hour) => `${String(hour).padStart(2, "0")}:00`)}
            series={series((each) => each.hours)}
            unit="notifications"
            asTable={asTable}
          />
        </section>
      </div>
      <div className="backtest-pair">
        <Homes {...shown} />
        <div className="backtest-column">
          <HeldBack {...shown} />
          <Samples {...shown} />
        </div>
      </div>
    </>
  );
}
