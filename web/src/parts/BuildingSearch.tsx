// A field for a home: found by a search on the server, or by its id as it is typed.
import { Autocomplete, type AutocompleteProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { buildingsQuery, MOST_BUILDINGS, placeOf } from "../api/rules";
import { useTyped } from "./useTyped";

const PAUSE_MS = 250;

interface Props extends Omit<AutocompleteProps, "value" | "onChange" | "data"> {
  /** From the address. */
  value: string;
  onText: (text: string) => void;
  /** Whether it is known that there is such a home. */
  isChosen: boolean;
}

export function BuildingSearch({ value, onText, isChosen, ...props }: Props) {
  const { t } = useTranslation();
  const field = useTyped(value, onText);
  // Once a home is chosen its neighbours are offered again, not it alone.
  const [settled] = useDebouncedValue(isChosen ? "" : value.trim(), PAUSE_MS);
  const found = useQuery(buildingsQuery(settled)).data ?? [];
  const places = new Map(found.map((each) => [each.customerBuildingId, placeOf(each)]));
  const ids = found.map((each) => each.customerBuildingId);
  const [isOpen, setIsOpen] = useState(false);
  // What is offered would lie over the fields below, and there is nothing left to choose.
  useEffect(() => {
    if (isChosen) setIsOpen(false);
  }, [isChosen, value]);
  return (
    <Autocomplete
      dropdownOpened={isOpen}
      onDropdownOpen={() => setIsOpen(true)}
      onDropdownClose={() => setIsOpen(false)}
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
      {...props}
      {...field}
    />
  );
}
