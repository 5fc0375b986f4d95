// What a building sent, as lines: which types and how far back stands in the address.
import { MultiSelect, SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Building } from "../../api/buildings";
import { kindsQuery } from "../../api/events";
import { Broken } from "../../parts/Broken";
import { EventLines, NoLines } from "../../parts/graph/EventLines";
import { ViewChoice } from "../../parts/graph/ViewChoice";
import { type BuildingSearch, RANGE_DAYS } from "../buildingSearch";
import { TabPanel } from "./Dashboard";
import { NothingYet } from "./NothingYet";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MOST_TYPES = 6;
/** What one wants to see first, as far as it is there. */
const USUAL = [
  "POWER_CONSUMPTION",
  "POWER_GENERATION",
  "GRID_POWER_CONSUMPTION",
  "ENERGY_CONSUMPTION",
  "ENERGY_GENERATION",
  "GRID_ENERGY_CONSUMPTION",
];

export function EventsTab({ building }: { building: Building }) {
  const { t } = useTranslation();
  const id = building.customerBuildingId;
  const navigate = useNavigate({ from: "/buildings/$buildingId" });
  const { types, range = 7, as } = useSearch({ from: "/buildings/$buildingId" });
  const kinds = useQuery(kindsQuery(id));
  // Whole minutes: the same question gets the same answer while one looks at it.
  const [nowMs] = useState(() => Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS);
  const known = kinds.data?.types ?? [];
  const usual = USUAL.filter((each) => known.includes(each)).slice(0, 3);
  const shown = types ?? (usual.length > 0 ? usual : known.slice(0, 1));
  const key = JSON.stringify(shown);
  const asked = useMemo(
    () => ({ building: id, type: shown, fromMs: nowMs - range * DAY_MS, toMs: nowMs }),
    [id, key, range, nowMs],
  );
  const change = (patch: BuildingSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  if (kinds.isPending) return <Skeleton height={480} aria-hidden />;
  if (!kinds.data) return <Broken text={t("buildings.broken")} onAgain={kinds.refetch} />;
  if (known.length === 0) {
    return <NothingYet />;
  }
  return (
    <TabPanel
      id="events-title"
      title={t("buildings.tab.events")}
      side={<ViewChoice value={as} onChange={(chosen) => change({ as: chosen })} />}
    >
      <div className="tab-choices">
        <SegmentedControl
          size="xs"
          aria-label={t("buildings.span")}
          value={String(range)}
          data={RANGE_DAYS.map((each) => ({ value: String(each), label: t("buildings.lastDays", { count: each }) }))}
          onChange={(value) => change({ range: RANGE_DAYS.find((each) => String(each) === value) })}
        />
      </div>
      <MultiSelect
        mb="md"
        label={t("events.types")}
        data={known}
        value={shown}
        onChange={(chosen) => change({ types: chosen })}
        maxValues={MOST_TYPES}
        searchable
        nothingFoundMessage={t("events.noType")}
      />
      {shown.length === 0 ? (
        <NoLines text={t("buildings.chooseType")} />
      ) : (
        <EventLines
          asked={asked}
          timeZoneId={building.timeZoneId ?? "UTC"}
          title={t("buildings.tab.events")}
          isTable={as === "table"}
        />
      )}
    </TabPanel>
  );
}
