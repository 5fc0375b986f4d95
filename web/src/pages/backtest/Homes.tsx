// The homes that would get the most, or the fewest; each leads to the data graph of the rule in that home, over the same days.
import { SegmentedControl, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";
import { graphSearch } from "./graphSearch";
import type { Shown } from "./Results";

const MOST_LISTED = 10;

export function Homes({ figures, tried, search, change, ruleId, range }: Shown) {
  const { t, i18n } = useTranslation();
  const [one, other] = figures;
  if (!one) return null;
  const ranking = search.order === "least" ? [...one.ranking].reverse() : one.ranking;
  const others = new Map(other?.ranking.map(({ home, sent }) => [home, sent]));
  const most = Math.max(1, one.ranking[0]?.sent ?? 0, other?.ranking[0]?.sent ?? 0);
  return (
    <section className="panel backtest-panel" aria-labelledby="homes-title">
      <div className="rule-section-head">
        <Title order={2} id="homes-title" className="panel-title">
          {t("backtest.homes")}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t("backtest.order")}
          value={search.order ?? "most"}
          onChange={(order) => change({ order: order === "least" ? "least" : undefined })}
          data={[
            { value: "most", label: t("backtest.most") },
            { value: "least", label: t("backtest.least") },
          ]}
        />
      </div>
      <table className="plain-table home-ranking">
        <caption className="visually-hidden">{t("backtest.homes")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("backtest.home")}</th>
            {figures.map((_, place) => (
              <th key={place} scope="col">
                {figures.length > 1 ? tried[place]?.name : t("backtest.unit.notifications")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ranking.slice(0, MOST_LISTED).map(({ home, sent }) => (
            <tr key={home}>
              <th scope="row">
                <Link
                  to="/rules/$ruleId"
                  params={{ ruleId }}
                  search={graphSearch(search, home, range)}
                  className="text-link"
                  activeProps={{}}
                >
                  {home}
                </Link>
              </th>
              {(other ? [sent, others.get(home) ?? 0] : [sent]).map((value, place) => (
                <td key={place}>
                  <span className="meter" data-place={other ? place : undefined}>
                    <span style={{ width: `${(value / most) * 100}%` }} />
                  </span>
                  {number(value, i18n.language)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {ranking.length > MOST_LISTED && (
        <p className="backtest-hint">
          {t("backtest.listed", { count: MOST_LISTED, total: number(ranking.length, i18n.language) })}
        </p>
      )}
    </section>
  );
}
