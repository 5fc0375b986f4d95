// Where two versions differ: how many homes get more or fewer, on which days, and single examples that lead to the trace.
import { Button, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { dayOfMonth, number } from "../../parts/formats";
import { type Difference, comparisonOf, type FleetComparison } from "./fleetComparison";
import { graphSearch } from "./graphSearch";
import type { Shown } from "./Results";
import { WhyDiffers } from "./WhyDiffers";

const MOST_EXAMPLES = 8;

export function Comparison(shown: Shown) {
  const { t, i18n } = useTranslation();
  const { run, tried, search, change } = shown;
  const comparison = useMemo(() => comparisonOf(run.homes), [run.homes]);
  const [one, other] = tried;
  const asked = comparison.differences.find((each) => search.why === keyOf(each));
  const names = { one: one?.name ?? "", other: other?.name ?? "" };
  const count = (homes: number) => number(homes, i18n.language);
  return (
    <section className="panel backtest-panel" aria-labelledby="comparison-title">
      <div>
        <Title order={2} id="comparison-title" className="panel-title">
          {t("backtest.comparison")}
        </Title>
        <p className="backtest-hint">{t("backtest.comparisonLead", names)}</p>
      </div>
      <dl className="small-figures">
        <div>
          <dt>{t("backtest.more")}</dt>
          <dd>{count(comparison.more)}</dd>
        </div>
        <div>
          <dt>{t("backtest.fewer")}</dt>
          <dd>{count(comparison.fewer)}</dd>
        </div>
        <div>
          <dt>{t("backtest.same")}</dt>
          <dd>
            {count(comparison.same)}
            {comparison.moved > 0 && <span>{t("backtest.moved", { count: comparison.moved })}</span>}
          </dd>
        </div>
      </dl>
      {comparison.differences.length === 0 ? (
        <p className="backtest-hint">{t("backtest.noDifference")}</p>
      ) : (
        <div className="comparison-parts">
          <Days {...shown} comparison={comparison} />
          <Examples {...shown} differences={comparison.differences} />
        </div>
      )}
      <WhyDiffers difference={asked} tried={tried} onClose={() => change({ why: undefined })} />
    </section>
  );
}

const keyOf = ({ day, home }: Difference): string => `${day}/${home}`;

function Days({ comparison, tried, search, change }: Shown & { comparison: FleetComparison }) {
  const { t, i18n } = useTranslation();
  return (
    <div>
      <h3 className="comparison-title">{t("backtest.differingDays", { count: comparison.days.length })}</h3>
      <div className="comparison-days" tabIndex={0} role="region" aria-label={t("backtest.days")}>
        <table className="plain-table">
          <caption className="visually-hidden">{t("backtest.days")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("backtest.day")}</th>
              {tried.map(({ name }, place) => (
                <th key={place} scope="col" className="count">
                  {name}
                </th>
              ))}
              <th scope="col" className="count">
                {t("backtest.homesDiffer")}
              </th>
            </tr>
          </thead>
          <tbody>
            {comparison.days.map(({ day, one, other, homes }) => (
              <tr key={day} data-chosen={search.day === day || undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className="day-button"
                    aria-pressed={search.day === day}
                    onClick={() => change({ day: search.day === day ? undefined : day })}
                  >
                    {dayOfMonth(day, i18n.language, true)}
                  </button>
                </th>
                {[one, other, homes].map((value, place) => (
                  <td key={place} className="count">
                    {number(value, i18n.language)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Examples({ differences, tried, search, change, ruleId }: Shown & { differences: Difference[] }) {
  const { t, i18n } = useTranslation();
  const [isWhole, setIsWhole] = useState(false);
  const fitting = search.day ? differences.filter((each) => each.day === search.day) : differences;
  const [one, other] = tried.map((each) => each.name);
  return (
    <div>
      <h3 className="comparison-title">
        {search.day ? t("backtest.examplesOn", { day: dayOfMonth(search.day, i18n.language) }) : t("backtest.examples")}
      </h3>
      <ul className="comparison-examples">
        {fitting.slice(0, isWhole ? undefined : MOST_EXAMPLES).map((each) => {
          const day = dayOfMonth(each.day, i18n.language);
          const names =
            each.one > 0 ? { sends: one ?? "", silent: other ?? "" } : { sends: other ?? "", silent: one ?? "" };
          return (
            <li key={keyOf(each)}>
              <span>
                <b>{each.home}</b>, {day}:{" "}
                {each.atMs === undefined
                  ? t("backtest.bothSend", {
                      one: one ?? "",
                      ones: number(each.one, i18n.language),
                      other: other ?? "",
                      others: number(each.other, i18n.language),
                    })
                  : t("backtest.oneSends", names)}
              </span>
              <span className="comparison-actions">
                {each.atMs !== undefined && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={t("backtest.whyOf", { home: each.home, day })}
                    onClick={() => change({ why: keyOf(each) })}
                  >
                    {t("rule.ask")}
                  </Button>
                )}
                <Link
                  to="/rules/$ruleId"
                  params={{ ruleId }}
                  search={graphSearch(search, each.home, { from: each.day, to: each.day })}
                  className="text-link small"
                  activeProps={{}}
                  aria-label={t("backtest.graphOf", { home: each.home, day })}
                >
                  {t("rule.graph")}
                </Link>
              </span>
            </li>
          );
        })}
      </ul>
      {fitting.length > MOST_EXAMPLES && (
        <Button size="compact-sm" variant="subtle" onClick={() => setIsWhole(!isWhole)}>
          {isWhole
            ? t("backtest.fewerExamples")
            : t("backtest.allExamples", { total: number(fitting.length, i18n.language) })}
        </Button>
      )}
    </div>
  );
}
