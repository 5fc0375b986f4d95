// What may have to be looked after: each figure leads to the list behind it, where the member may see that.
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Permission } from "../../api/client";
import { standingQuery } from "../../api/queries";
import { figure, number } from "../../parts/formats";
import { useAllowed, useSession } from "../../parts/session";

export function Standing() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(standingQuery);
  const shown = (value: number) => number(value, i18n.language);
  const counted = (words: "homesActive" | "homesNew", count: number) =>
    t(`standing.${words}`, { count, shown: shown(count) });
  const share = data?.openedShare;
  const failing = data?.failingRules;
  const mayReadNotifications = useAllowed("read:pushnotifications");
  const mayReadRules = useAllowed("read:rules");
  return (
    <section aria-label={t("standing.title")}>
      <ul className="standing">
        <Item
          label={t("standing.homes")}
          value={data && figure(data.buildings.silent, i18n.language)}
          more={data && `${counted("homesActive", data.buildings.active)}, ${counted("homesNew", data.buildings.new)}`}
          isWorth={(data?.buildings.silent ?? 0) > 0}
          needs="read:buildings"
          link={(content, className) => (
            <Link to="/buildings" search={{ stand: "SILENT" }} className={className}>
              {content}
            </Link>
          )}
        />
        {mayReadNotifications && (
          <Item
            label={t("standing.opened")}
            value={data && (share == null ? "–" : `${shown(Math.round(share * 100))} %`)}
            more={data && t("standing.openedOf", { opened: shown(data.opened ?? 0), count: data.delivered ?? 0 })}
            needs="read:pushnotifications"
            link={(content, className) => (
              <Link to="/notifications" className={className}>
                {content}
              </Link>
            )}
          />
        )}
        {mayReadRules && (
          <Item
            label={t("standing.rules")}
            value={failing && shown(failing.length)}
            more={failing && t(failing.length > 0 ? "standing.rulesFail" : "standing.rulesWell")}
            isWorth={(failing?.length ?? 0) > 0}
            needs="read:rules"
            link={(content, className) =>
              failing?.[0] ? (
                <Link to="/rules/$ruleId" params={{ ruleId: failing[0] }} className={className}>
                  {content}
                </Link>
              ) : (
                <Link to="/rules" className={className}>
                  {content}
                </Link>
              )
            }
          />
        )}
        {mayReadNotifications && (
          <Item
            label={t("standing.ignored")}
            value={data?.ignoredRules && shown(data.ignoredRules.length)}
            more={data && t("standing.ignoredLead")}
            isWorth={(data?.ignoredRules?.length ?? 0) > 0}
            needs="read:pushnotifications"
            link={(content, className) => (
              <Link to="/notifications" search={{ view: "rules" }} className={className}>
                {content}
              </Link>
            )}
          />
        )}
        {mayReadNotifications && (
          <Item
            label={t("standing.endpoint")}
            value={data?.endpoint && t(`standing.endpointIs.${data.endpoint}`)}
            more={data?.endpoint && t(`standing.endpointLead.${data.endpoint}`)}
            isWorth={data?.endpoint === "FAILING" || data?.endpoint === "DISABLED"}
            needs="admin:all"
            link={(content, className) => (
              <Link to="/settings/fulfilment" className={className}>
                {content}
              </Link>
            )}
          />
        )}
        <Item
          label={t("standing.forecasts")}
          value={data && figure(data.freshForecasts, i18n.language)}
          more={data && t("standing.forecastsStale", { count: data.staleForecasts })}
          isWorth={(data?.staleForecasts ?? 0) > 0}
          needs="read:statistics"
          link={(content, className) => (
            <Link to="/context-services" className={className}>
              {content}
            </Link>
          )}
        />
      </ul>
    </section>
  );
}

interface ItemProps {
  label: string;
  value: string | null | undefined;
  more: string | null | undefined;
  /** Whether somebody should look. */
  isWorth?: boolean;
  /** Without this permission it is no link. */
  needs: Permission;
  link: (content: ReactNode, className: string) => ReactNode;
}

function Item({ label, value, more, isWorth = false, needs, link }: ItemProps) {
  const { permissions } = useSession();
  const content = (
    <>
      <span className="standing-label">{label}</span>
      <span className="standing-value">{value ?? <Skeleton width={56} height={24} my={2} />}</span>
      <span className="standing-more">{more ?? <Skeleton width="80%" height={12} my={4} />}</span>
    </>
  );
  return (
    <li className="panel standing-item" data-worth={isWorth || undefined}>
      {permissions.includes(needs) ? link(content, "standing-link") : <div className="standing-link">{content}</div>}
    </li>
  );
}
