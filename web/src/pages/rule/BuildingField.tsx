// The home on which a rule is tried: found by a search on the server, or by its id as it is typed.
import { Autocomplete } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { buildingsQuery, MOST_BUILDINGS, placeOf } from "../../api/rules";
import { useTyped } from "../../parts/useTyped";
import type { Trial } from "./useSimulation";

const PAUSE_MS = 250;

export function BuildingField({ simulation }: { simulation: Trial }) {
  const { t } = useTranslation();
  const { search, change, home } = simulation;
  const typed = search.building ?? "";
  const field = useTyped(typed, (building) => change({ building: building || undefined }));
  // Once a home is chosen its neighbours are offered again, not it alone.
  const [settled] = useDebouncedValue(home ? "" : typed.trim(), PAUSE_MS);
  const found = useQuery(buildingsQuery(settled)).data ?? [];
  const places = new Map(found.map((each) => [each.customerBuildingId, placeOf(each)]));
  const ids = found.map((each) => each.customerBuildingId);
  return (
    <Autocomplete
      className="rule-bar-building"
      aria-label={t("rule.building")}
      placeholder={t("rule.building")}
      // The server has searched already.
      filter={({ options }) => options}
      data={
        ids.length < MOST_BUILDINGS ? ids : [{ group: t("rule.firstBuildings", { count: MOST_BUILDINGS }), items: ids }]
      }
      renderOption={({ option }) => (
        <span className="building-option">
          {option.value}
          {places.get(option.value) && <span className="hint">{places.get(option.value)}</span>}
        </span>
      )}
      maxDropdownHeight={320}
      error={simulation.isUnknown ? t("rule.unknownBuilding") : undefined}
      {...field}
    />
  );
}
