// Why one version speaks in a home at a time and the other does not: the explanations of both, one at a time.
import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { WhyDrawer } from "../rule/WhyDrawer";
import type { Difference } from "./fleetComparison";
import type { Named } from "./subjects";

interface Props {
  difference: Difference | undefined;
  tried: Named[];
  onClose: () => void;
}

export function WhyDiffers({ difference, tried, onClose }: Props) {
  const { t } = useTranslation();
  // First the one that stays silent: what it sends is seen elsewhere.
  const silent = difference && difference.one > 0 ? 1 : 0;
  const [chosen, setChosen] = useState<{ of: Difference | undefined; place: number }>();
  const place = chosen && chosen.of === difference ? chosen.place : silent;
  const rule = tried[place]?.rule;
  const atMs = difference?.atMs;
  const timesMs = useMemo(() => (atMs === undefined ? [] : [atMs]), [atMs]);
  return (
    <WhyDrawer
      timesMs={timesMs}
      result={
        difference &&
        rule && {
          rule,
          timeZoneId: difference.timeZoneId,
          simulation: { customerBuildingId: difference.home, notifications: [] },
        }
      }
      onClose={onClose}
    >
      <SegmentedControl
        fullWidth
        mb="sm"
        aria-label={t("backtest.which")}
        value={String(place)}
        onChange={(value) => setChosen({ of: difference, place: Number(value) })}
        data={tried.map(({ name }, at) => ({ value: String(at), label: name }))}
      />
    </WhyDrawer>
  );
}
