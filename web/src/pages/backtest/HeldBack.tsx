// What would have been held back, and why.
import { Title } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { number } from "../../parts/formats";
import type { Shown } from "./Results";

const REASONS = ["time_between", "quiet_hours", "household_cap"] as const;

/** A reason in a few words; one that is not known here as the server calls it. */
export function reasonName(reason: string, t: TFunction): string {
  const known = REASONS.find((each) => each === reason);
  return known ? t(`backtest.reason.${known}`) : reason;
}

export function HeldBack({ figures, tried }: Shown) {
  const { t, i18n } = useTranslation();
  const reasons = [...new Set(figures.flatMap((each) => each.dropped.map(({ reason }) => reason)))];
  return (
    <section className="panel backtest-panel" aria-labelledby="held-title">
      <Title order={2} id="held-title" className="panel-title">
        {t("backtest.held")}
      </Title>
      {reasons.length === 0 ? (
        <p className="backtest-hint">{t("backtest.heldNothing")}</p>
      ) : (
        <table className="plain-table">
          <caption className="visually-hidden">{t("backtest.held")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("backtest.why")}</th>
              {figures.map((_, place) => (
                <th key={place} scope="col" className="count">
                  {figures.length > 1 ? tried[place]?.name : t("backtest.unit.notifications")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {reasons.map((reason) => (
              <tr key={reason}>
                <th scope="row">{reasonName(reason, t)}</th>
                {figures.map((each, place) => (
                  <td key={place} className="count">
                    {number(each.dropped.find((found) => found.reason === reason)?.count ?? 0, i18n.language)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
