// The page of one building: what is known of it at the side, and six tabs. Which tab, and how it is looked at, stands in the address.
import "../../styles/rules.css";
import "../settings/settings.css";
import "../buildings/buildings.css";
import "./building.css";
import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Household, householdQuery, standQuery } from "../../api/buildings";
import { type Permission, Refused } from "../../api/client";
import { Broken } from "../../parts/Broken";
import { useSession } from "../../parts/session";
import { type Tab, TABS } from "../buildingSearch";
import { StandBadge } from "../buildings/StandBadge";
import { Actions } from "./Actions";
import { Dashboard } from "./Dashboard";
import { EventsTab } from "./EventsTab";
import { NotificationsTab } from "./NotificationsTab";
import { ProfileTab } from "./ProfileTab";
import { SettingsTab } from "./SettingsTab";
import { Sidebar } from "./Sidebar";
import { TariffsTab } from "./TariffsTab";

const NEEDS: Record<Tab, Permission> = {
  dashboard: "read:statistics",
  profile: "read:buildings",
  notifications: "read:pushnotifications",
  events: "read:events",
  tariffs: "read:buildings",
  settings: "read:buildings",
};

export function Building() {
  const { t } = useTranslation();
  const { buildingId } = useParams({ from: "/buildings/$buildingId" });
  const { tab = "dashboard" } = useSearch({ from: "/buildings/$buildingId" });
  const { permissions } = useSession();
  const household = useQuery(householdQuery(buildingId));
  const stand = useQuery(standQuery(buildingId));
  const isGone = household.error instanceof Refused && household.error.code === "not_found";
  // What is read and perhaps edited stays where asking for it again fails.
  const isShown = !isGone && (household.isPending || household.data !== undefined);
  return (
    <>
      <div className="page-head building-head">
        <div className="building-title">
          <Link to="/buildings" className="text-link small">
            {t("buildings.title")}
          </Link>
          <Title order={1} className="page-title">
            {buildingId}
          </Title>
          {stand.data && <StandBadge status={stand.data.status} />}
        </div>
        {isShown && <Actions buildingId={buildingId} />}
      </div>
      {isGone && (
        <div className="panel empty" role="alert">
          <Text mb="xs">{t("buildings.missing")}</Text>
          <Link to="/buildings" className="text-link">
            {t("buildings.showAll")}
          </Link>
        </div>
      )}
      {!isShown && !isGone && <Broken text={t("buildings.broken")} onAgain={household.refetch} />}
      {isShown && (
        <div className="building-columns">
          {household.data ? (
            <Sidebar building={household.data.building} stand={stand.data} />
          ) : (
            <Skeleton className="building-side" height={420} aria-hidden />
          )}
          <div className="building-main">
            <nav className="filters" aria-label={t("buildings.tabs")}>
              {TABS.filter((each) => permissions.includes(NEEDS[each])).map((each) => (
                <Link
                  key={each}
                  to="/buildings/$buildingId"
                  params={{ buildingId }}
                  search={{ tab: each === "dashboard" ? undefined : each }}
                  resetScroll={false}
                  className="filter"
                  aria-current={each === tab ? "page" : undefined}
                  activeOptions={{ exact: true }}
                  activeProps={{}}
                >
                  {t(`buildings.tab.${each}`)}
                </Link>
              ))}
            </nav>
            {!permissions.includes(NEEDS[tab]) && (
              <div className="panel empty" role="alert">
                {t("accounts.forbidden")}
              </div>
            )}
            {permissions.includes(NEEDS[tab]) && household.data && (
              <Content key={buildingId} tab={tab} household={household.data} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Content({ tab, household }: { tab: Tab; household: Household }) {
  const { building } = household;
  switch (tab) {
    case "dashboard":
      return <Dashboard building={building} />;
    case "profile":
      return <ProfileTab household={household} />;
    case "notifications":
      return <NotificationsTab buildingId={building.customerBuildingId} />;
    case "events":
      return <EventsTab building={building} />;
    case "tariffs":
      return <TariffsTab household={household} />;
    case "settings":
      return <SettingsTab household={household} />;
  }
}
