// A few messages as households would have read them.
import { Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { weekdayTime } from "../../parts/formats";
import { graphSearch } from "./graphSearch";
import type { Shown } from "./Results";

export function Samples({ run, tried, search, ruleId, range }: Shown) {
  const { t, i18n } = useTranslation();
  const zones = new Map(run.homes.map((home) => [home.customerBuildingId, home.timeZoneId]));
  const rules = run.result?.rules.filter((rule) => rule.samples.length > 0) ?? [];
  if (rules.length === 0) return null;
  return (
    <section className="panel backtest-panel" aria-labelledby="samples-title">
      <Title order={2} id="samples-title" className="panel-title">
        {t("backtest.samples")}
      </Title>
      {run.result?.rules.map(
        (rule, place) =>
          rule.samples.length > 0 && (
            <div key={place}>
              {tried.length > 1 && <h3 className="samples-of">{tried[place]?.name}</h3>}
              <ul className="samples">
                {rule.samples.map((sample) => (
                  <li key={sample.customerBuildingId}>
                    <span className="samples-from">
                      <Link
                        to="/rules/$ruleId"
                        params={{ ruleId }}
                        search={graphSearch(search, sample.customerBuildingId, range)}
                        className="text-link"
                        activeProps={{}}
                      >
                        {sample.customerBuildingId}
                      </Link>
                      {" · "}
                      {weekdayTime(Date.parse(sample.at), i18n.language, zones.get(sample.customerBuildingId) ?? "UTC")}
                    </span>
                    {sample.text}
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
    </section>
  );
}
