// The home on which a rule is tried.
import { useTranslation } from "react-i18next";
import { BuildingSearch } from "../../parts/BuildingSearch";
import type { Trial } from "./useSimulation";

export function BuildingField({ simulation }: { simulation: Trial }) {
  const { t } = useTranslation();
  const { search, change, home } = simulation;
  return (
    <BuildingSearch
      className="rule-bar-building"
      aria-label={t("rule.building")}
      placeholder={t("rule.building")}
      value={search.building ?? ""}
      onText={(building) => change({ building: building || undefined })}
      isChosen={home !== undefined}
      error={simulation.isUnknown ? t("rule.unknownBuilding") : undefined}
    />
  );
}
