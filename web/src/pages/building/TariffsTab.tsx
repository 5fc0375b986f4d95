// What a kWh costs in a building: its kind of tariff, the prices of this week hour by hour, and when it is high and low.
import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Building, type Household, pricesQuery, type Tariff } from "../../api/buildings";
import { Done } from "../../parts/Done";
import { decimal } from "../../parts/formats";
import { useAllowed } from "../../parts/session";
import { TabPanel } from "./Dashboard";
import { TariffForm } from "./TariffForm";
import { usePresentWeek, Week } from "./TariffWeek";

export function TariffsTab({ household }: { household: Household }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/buildings/$buildingId" });
  const { dialog } = useSearch({ from: "/buildings/$buildingId" });
  const mayWrite = useAllowed("write:buildings");
  const [isSaved, setSaved] = useState(false);
  const { building } = household;
  const tariff = building.settings?.tariff;
  const show = (dialog: "tariff" | undefined) => {
    setSaved(false);
    void navigate({ search: (before) => ({ ...before, dialog }), replace: !dialog, resetScroll: false });
  };
  if (mayWrite && dialog === "tariff") {
    return (
      <TariffForm
        household={household}
        onCancel={() => show(undefined)}
        onSaved={() => {
          show(undefined);
          setSaved(true);
        }}
      />
    );
  }
  const change = mayWrite && (
    <Button size="xs" variant="default" onClick={() => show("tariff")}>
      {t(tariff ? "buildings.changeTariff" : "buildings.setTariff")}
    </Button>
  );
  const done = <Done text={isSaved && t("profile.saved")} />;
  if (!tariff) {
    return (
      <div className="panel empty">
        {done}
        <Text fw={600}>{t("buildings.noTariff")}</Text>
        <Text c="dimmed" fz="sm" mb={mayWrite ? "sm" : 0}>
          {t("buildings.noTariffLead")}
        </Text>
        {change}
      </div>
    );
  }
  return (
    <>
      <Kind tariff={tariff} side={change}>
        {done}
      </Kind>
      <StoredWeek building={building} tariff={tariff} />
    </>
  );
}

function Kind({ tariff, side, children }: { tariff: Tariff; side: ReactNode; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const price = (text: string | null | undefined) =>
    text ? `${decimal(text, i18n.language)} ${tariff.currency ?? ""}`.trim() : "–";
  const slices = tariff.dynamic?.slices ?? [];
  return (
    <TabPanel id="tariff-title" title={t("buildings.tariff")} side={side}>
      {children}
      <dl className="known-row">
        <div>
          <dt>{t("buildings.tariffType")}</dt>
          <dd>{t(`buildings.tariffKind.${tariff.type}`)}</dd>
        </div>
        {tariff.type === "SINGLE" && (
          <div>
            <dt>{t("buildings.price")}</dt>
            <dd>{price(tariff.single?.price)}</dd>
          </div>
        )}
        {tariff.type === "DUAL" && (
          <>
            <div>
              <dt>{t("buildings.highPrice")}</dt>
              <dd>{price(tariff.maxPrice)}</dd>
            </div>
            <div>
              <dt>{t("buildings.lowPrice")}</dt>
              <dd>{price(tariff.minPrice)}</dd>
            </div>
          </>
        )}
        {tariff.type === "DYNAMIC" && (
          <div>
            <dt>{t("buildings.slices")}</dt>
            <dd>{slices.length}</dd>
          </div>
        )}
      </dl>
    </TabPanel>
  );
}

function StoredWeek({ building, tariff }: { building: Building; tariff: Tariff }) {
  const { t } = useTranslation();
  const week = usePresentWeek(building);
  const asked = useQuery(pricesQuery(building.customerBuildingId, week.fromMs, week.toMs));
  return <Week title={t("buildings.week")} tariff={tariff} week={week} prices={asked.data} asked={asked} />;
}
