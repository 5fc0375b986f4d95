import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Refused } from "../../api/client";
import { buildingQuery, rulesQuery } from "../../api/rules";
import { BuildingSearch } from "../../parts/BuildingSearch";
import { DayRange } from "../../parts/DayRange";
import { INTERACTIONS, type NotificationSearch } from "../notificationSearch";

export function NotificationFilters({ search }: { search: NotificationSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/notifications" });
  const rules = useQuery(rulesQuery).data ?? [];
  const building = useQuery({ ...buildingQuery(search.building ?? ""), enabled: search.building !== undefined });
  const isUnknown = building.error instanceof Refused && building.error.code === "not_found";
  const change = (patch: NotificationSearch) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  const ruleChoices = rules.map((rule) => ({ value: rule.id ?? "", label: rule.name }));
  if (search.rule && !ruleChoices.some(({ value }) => value === search.rule)) {
    ruleChoices.push({ value: search.rule, label: t("card.deletedRule") });
  }
  return (
    <div className="notice-filters panel" role="search">
      <BuildingSearch
        label={t("card.building")}
        placeholder={t("notices.anyBuilding")}
        value={search.building ?? ""}
        onText={(text) => change({ building: text.trim() || undefined })}
        isChosen={building.data !== undefined}
        error={isUnknown ? t("list.noSuchBuilding") : undefined}
      />
      <Select
        label={t("card.rule")}
        placeholder={t("notices.anyRule")}
        data={ruleChoices}
        value={search.rule ?? null}
        onChange={(rule) => change({ rule: rule ?? undefined })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("notices.anyRule") }}
        nothingFoundMessage={t("notices.noRule")}
      />
      <Select
        label={t("notices.reaction")}
        placeholder={t("notices.anyReaction")}
        data={[
          { value: "NONE", label: t("notices.noReaction") },
          ...INTERACTIONS.map((each) => ({ value: each as string, label: t(`interaction.${each}`) })),
        ]}
        value={search.interaction ?? null}
        onChange={(interaction) =>
          change({ interaction: (interaction ?? undefined) as NotificationSearch["interaction"] })
        }
        clearable
        clearButtonProps={{ "aria-label": t("notices.anyReaction") }}
      />
      <DayRange from={search.from} to={search.to} onChange={change} />
    </div>
  );
}
