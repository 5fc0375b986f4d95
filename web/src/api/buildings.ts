// What the pages of buildings ask for, and under which key it is kept. A building itself is read and changed by the public API.
import { keepPreviousData, queryOptions, useQueryClient } from "@tanstack/react-query";
import type { BuildingsSearch, Peers } from "../pages/buildingSearch";
import { answer, client, Refused } from "./client";
import { api } from "./public";
import { useSave } from "./useSave";
import type { components as publicComponents } from "./public-schema";
import type { components } from "./schema";

type Schemas = components["schemas"];
type PublicSchemas = publicComponents["schemas"];
export type BuildingRow = Schemas["BuildingRow"];
export type BuildingCounts = Schemas["BuildingCounts"];
export type BuildingsChange = Schemas["BuildingsChangeBody"];
export type Stand = Schemas["StandView"];
export type Dashboard = Schemas["DashboardView"];
export type EnergyYear = Schemas["EnergyYearView"];
export type ForecastCheck = Schemas["ForecastCheckView"];
export type NotificationFigures = Schemas["NotificationFiguresView"];
export type Building = PublicSchemas["Building"];
export type HouseholdProfile = PublicSchemas["HouseholdProfile"];
export type ProfileFigure = PublicSchemas["ProfileFigure"];
export type ComparedDay = PublicSchemas["DailyComparison"];
export type PeerFigures = PublicSchemas["PeerStatistic"];
export type Tariff = NonNullable<NonNullable<Building["settings"]>["tariff"]>;
export type TariffPrice = PublicSchemas["TariffPrice"];

export const buildingListQuery = (search: BuildingsSearch) =>
  queryOptions({
    queryKey: ["buildings", "list", search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answer(
        client.GET("/console/api/buildings", {
          params: {
            query: {
              search: search.q ?? "",
              tag: search.tag ?? null,
              status: search.stand ?? null,
              sort: search.sort ?? "id",
              descending: search.descending ?? false,
              after: search.after ?? null,
            },
          },
          signal,
        }),
      ),
  });

export const buildingTagsQuery = queryOptions({
  queryKey: ["buildings", "tags"],
  queryFn: () => answer(client.GET("/console/api/building-tags")),
});

/** A building, and the state in which it was read, which a change names. */
export interface Household {
  building: Building;
  etag: string | null;
}

const householdOf = async (asked: Promise<{ data?: Building; error?: unknown; response: Response }>) => {
  const outcome = await asked.catch((): never => {
    throw new Refused("unreachable", null);
  });
  return { building: await answer(Promise.resolve(outcome)), etag: outcome.response.headers.get("ETag") };
};

export const householdQuery = (customerBuildingId: string) =>
  queryOptions({
    queryKey: ["buildings", "household", customerBuildingId],
    queryFn: (): Promise<Household> =>
      householdOf(api.GET("/buildings/{customerBuildingId}/v1", { params: { path: { customerBuildingId } } })),
  });

const path = (buildingId: string) => ({ path: { building_id: buildingId } });

export const standQuery = (buildingId: string) =>
  queryOptions({
    queryKey: ["buildings", "stand", buildingId],
    // That a home is heard for the first time is noted within seconds, and waited for.
    refetchInterval: ({ state }) => (state.data?.status === "NEW" ? 5_000 : 30_000),
    queryFn: () => answer(client.GET("/console/api/buildings/{building_id}/stand", { params: path(buildingId) })),
  });

export const dashboardQuery = (buildingId: string) =>
  queryOptions({
    queryKey: ["buildings", "dashboard", buildingId],
    queryFn: () => answer(client.GET("/console/api/buildings/{building_id}/dashboard", { params: path(buildingId) })),
  });

/** What was said of the last days on the evenings before, beside what came. The forecasts themselves: `context`. */
export const forecastChecksQuery = (buildingId: string) =>
  queryOptions({
    queryKey: ["buildings", "forecast-checks", buildingId],
    queryFn: () => answer(client.GET("/console/api/buildings/{building_id}/forecasts", { params: path(buildingId) })),
  });

export const comparisonQuery = (customerBuildingId: string, category: Peers, from: string, to: string) =>
  queryOptions({
    queryKey: ["buildings", "comparison", customerBuildingId, category, from, to],
    placeholderData: keepPreviousData,
    queryFn: () =>
      answer(
        api.GET("/buildings/{customerBuildingId}/energy-statistics/comparison/daily/v1", {
          params: { path: { customerBuildingId }, query: { category, from, to } },
        }),
      ),
  });

export const notificationFiguresQuery = (buildingId: string, days: number) =>
  queryOptions({
    queryKey: ["notifications", "figures", buildingId, days],
    placeholderData: keepPreviousData,
    queryFn: () =>
      answer(
        client.GET("/console/api/buildings/{building_id}/notification-figures", {
          params: { ...path(buildingId), query: { days } },
        }),
      ),
  });

/** What a kWh costs in [fromMs, toMs). */
export const pricesQuery = (customerBuildingId: string, fromMs: number, toMs: number) =>
  queryOptions({
    queryKey: ["buildings", "prices", customerBuildingId, fromMs, toMs],
    queryFn: () =>
      answer(
        api.GET("/buildings/{customerBuildingId}/tariff/prices/v1", {
          params: { path: { customerBuildingId }, query: { from: String(fromMs), to: String(toMs) } },
        }),
      ),
  });

/** What the server said of a tariff that is not stored, of that type: its prices, or why it would not be saved. */
export interface Foreseen {
  type: Tariff["type"] | undefined;
  prices?: TariffPrice[];
  refused?: Refused;
}

/** What a kWh would cost in [fromMs, toMs) with this tariff. The answer before stays until the next has come. */
export const foreseenPricesQuery = (customerBuildingId: string, tariff: Tariff | null, fromMs: number, toMs: number) =>
  queryOptions({
    queryKey: ["buildings", "foreseen", customerBuildingId, tariff, fromMs, toMs],
    enabled: tariff !== null,
    placeholderData: keepPreviousData,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<Foreseen> => {
      const type = tariff?.type;
      try {
        const prices = await answer(
          api.POST("/buildings/{customerBuildingId}/tariff/prices/v1", {
            params: { path: { customerBuildingId }, query: { from: String(fromMs), to: String(toMs) } },
            body: { tariff, lowTariffHourSetting: null, quietHours: null, maxNotificationsPerDay: null },
            signal,
          }),
        );
        return { type, prices };
      } catch (error) {
        if (error instanceof Refused && error.code === "invalid") return { type, refused: error };
        throw error;
      }
    },
  });

/** Changes a building as it was read; refused where somebody else has changed it since. */
export function useChangeBuilding(customerBuildingId: string, onSaved: (saved: Household) => void) {
  const queries = useQueryClient();
  return useSave({
    mutationFn: ({ building, etag }: Household) =>
      householdOf(api.PUT("/buildings/v1", { params: { header: etag ? { "If-Match": etag } : {} }, body: building })),
    onSuccess: async (saved) => {
      queries.setQueryData(householdQuery(customerBuildingId).queryKey, saved);
      onSaved(saved);
      await Promise.all(
        ["list", "tags", "stand", "prices"].map((part) => queries.invalidateQueries({ queryKey: ["buildings", part] })),
      );
    },
  });
}

/** Everything of a building, as a file that the browser keeps. */
export async function downloadExport(customerBuildingId: string): Promise<void> {
  const blob = await answer(
    api.GET("/buildings/{customerBuildingId}/export/v1", {
      params: { path: { customerBuildingId } },
      parseAs: "blob",
    }),
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob as unknown as Blob);
  link.download = `${customerBuildingId.replaceAll(":", "_")}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
