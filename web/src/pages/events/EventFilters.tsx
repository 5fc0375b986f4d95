import { Autocomplete, MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { kindsQuery } from "../../api/events";
import { BuildingSearch } from "../../parts/BuildingSearch";
import { DayRange } from "../../parts/DayRange";
import { useTyped } from "../../parts/useTyped";
import type { EventSearch } from "../eventSearch";

export function EventFilters({ search, isUnknown }: { search: EventSearch; isUnknown: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/events" });
  const change = (patch: EventSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  const known = useQuery({ ...kindsQuery(search.building), enabled: !isUnknown });
  const kinds = known.data;
  const device = useTyped(search.device ?? "", (text) => change({ device: text.trim() || undefined }));
  const names = new Map(kinds?.devices.map(({ id, name }) => [id, name]));
  return (
    <div className="event-filters panel" role="search">
      <BuildingSearch
        label={t("card.building")}
        placeholder={t("notices.anyBuilding")}
        value={search.building ?? ""}
        onText={(text) => change({ building: text.trim() || undefined })}
        isChosen={search.building !== undefined && kinds !== undefined}
        error={isUnknown ? t("list.noSuchBuilding") : undefined}
      />
      <Autocomplete
        label={t("events.device")}
        placeholder={t("events.anyDevice")}
        data={[...names.keys()]}
        renderOption={({ option }) => (
          <span>
            {option.value} <span className="hint">{names.get(option.value)}</span>
          </span>
        )}
        {...device}
      />
      <MultiSelect
        className="event-types"
        label={t("events.types")}
        placeholder={search.types ? undefined : t("events.anyType")}
        data={[...new Set([...(kinds?.types ?? []), ...(search.types ?? [])])]}
        value={search.types ?? []}
        onChange={(types) => change({ types: types.length > 0 ? types : undefined })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("events.anyType") }}
        nothingFoundMessage={t("events.noType")}
      />
      {search.view && <DayRange from={search.from} to={search.to} onChange={change} />}
    </div>
  );
}
