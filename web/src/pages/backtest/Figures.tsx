// The few figures that answer first: of one rule as cards, of two side by side with what lies between them.
import { useTranslation } from "react-i18next";
import { FigureCard } from "../../parts/FigureCard";
import { figure, number, percent } from "../../parts/formats";
import type { FleetFigures } from "./fleetFigures";
import { reasonName } from "./HeldBack";
import type { Shown } from "./Results";

export function Figures(shown: Shown) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("backtest.figures")}>
      {shown.figures.length > 1 ? <SideBySide {...shown} /> : <Cards {...shown} />}
    </section>
  );
}

function Cards({ figures, run }: Shown) {
  const { t, i18n } = useTranslation();
  const figuresOfOne = figures[0];
  if (!figuresOfOne) return null;
  const { homes, reached, sent, held, perHomeAndWeek, mostInDay, dropped } = figuresOfOne;
  const told = run.result?.rules[0];
  const goals = told?.goals;
  const [reason] = dropped;
  return (
    <dl className="figures backtest-figures">
      <FigureCard
        label={t("backtest.reached")}
        value={t("backtest.ofHomes", { reached: number(reached, i18n.language), homes: number(homes, i18n.language) })}
        more={t("backtest.reachedShare", { share: percent(homes ? reached / homes : 0, i18n.language) })}
      />
      <FigureCard
        label={t("backtest.sent")}
        value={figure(sent, i18n.language)}
        more={t("backtest.perHomeAndWeek", { number: decimal(perHomeAndWeek, i18n.language) })}
      />
      <FigureCard
        label={t("backtest.held")}
        value={figure(held, i18n.language)}
        more={reason ? t("backtest.mostly", { reason: reasonName(reason.reason, t) }) : t("backtest.heldNothing")}
      />
      <FigureCard
        label={t("backtest.busiest")}
        value={number(mostInDay, i18n.language)}
        more={told ? t("backtest.busiestMore", { p90: number(told.perHomeAndDay.p90, i18n.language) }) : " "}
      />
      {goals && goals.rate !== null && (
        <FigureCard
          label={t("backtest.goal")}
          value={percent(goals.rate, i18n.language)}
          more={t("backtest.goalMore", {
            achieved: number(goals.achieved, i18n.language),
            ended: number(goals.achieved + goals.missed, i18n.language),
          })}
        />
      )}
    </dl>
  );
}

interface Row {
  label: string;
  of: (figures: FleetFigures, place: number) => number | null | undefined;
  show: (value: number, language: string) => string;
}

function SideBySide({ figures, tried, run }: Shown) {
  const { t, i18n } = useTranslation();
  const told = (place: number) => run.result?.rules[place];
  const rows: Row[] = [
    { label: t("backtest.reached"), of: (each) => each.reached, show: number },
    { label: t("backtest.sent"), of: (each) => each.sent, show: number },
    { label: t("backtest.weekly"), of: (each) => each.perHomeAndWeek, show: decimal },
    { label: t("backtest.held"), of: (each) => each.held, show: number },
    { label: t("backtest.busiest"), of: (each) => each.mostInDay, show: number },
    { label: t("backtest.goal"), of: (_, place) => told(place)?.goals.rate, show: percent },
  ];
  const known = rows.filter((row) => figures.some((each, at) => row.of(each, at) != null));
  return (
    <div className="panel backtest-panel bars-table" tabIndex={0} role="region" aria-label={t("backtest.figures")}>
      <table className="plain-table side-by-side">
        <caption className="visually-hidden">{t("backtest.figures")}</caption>
        <thead>
          <tr>
            <td />
            {tried.map(({ name }, place) => (
              <th key={place} scope="col" data-place={place}>
                {name}
              </th>
            ))}
            <th scope="col">{t("backtest.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {known.map(({ label, of, show }) => {
            const [one, other] = figures.map(of);
            const difference = one == null || other == null ? null : one - other;
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                {[one, other].map((value, place) => (
                  <td key={place}>{value == null ? "–" : show(value, i18n.language)}</td>
                ))}
                <td className="side-difference">
                  {difference === null ? "–" : signed(difference, show(Math.abs(difference), i18n.language))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const signed = (value: number, shown: string): string => (value > 0 ? `+${shown}` : value < 0 ? `−${shown}` : "±0");

const decimal = (value: number, language: string): string => number(Math.round(value * 10) / 10, language);
