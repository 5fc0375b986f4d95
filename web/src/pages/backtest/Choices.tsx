// What to try, on which homes, over which days.
import { NumberInput, SegmentedControl, Select, TagsInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Mistake } from "../../api/client";
import { buildingsQuery } from "../../api/rules";
import { RunButton } from "../../parts/RunButton";
import { useSession } from "../../parts/session";
import { TypedInput } from "../../parts/TypedInput";
import { useTyped } from "../../parts/useTyped";
import { useSentences } from "../../texts/sentences";
import type { BacktestSearch } from "../ruleSearch";
import type { Subjects } from "./subjects";

const USUAL_SAMPLE = 20;
const MOST_CHOSEN = 1_000;
const PAUSE_MS = 250;

/** Local days, both inclusive. */
export interface Range {
  from: string;
  to: string;
}

interface Props {
  search: BacktestSearch;
  change: (patch: BacktestSearch) => void;
  range: Range;
  subjects: Subjects;
  isRunning: boolean;
  mistakes: Mistake[];
  /** Undefined while there is nothing that could be run. */
  onRun: (() => void) | undefined;
  onCancel: () => void;
}

export function Choices({ search, change, range, subjects, isRunning, mistakes, onRun, onCancel }: Props) {
  const { t } = useTranslation();
  const { timeZoneId } = useSession();
  const { options, valueOf, subjectOf } = subjects;
  const what = valueOf(search.what);
  return (
    <form
      className="panel backtest-choices"
      aria-label={t("backtest.choices")}
      onSubmit={(event) => {
        event.preventDefault();
        if (isRunning) onCancel();
        else onRun?.();
      }}
    >
      <Select
        label={t("backtest.what")}
        data={options}
        value={what}
        allowDeselect={false}
        onChange={(value) => value && change({ what: value === valueOf(undefined) ? undefined : subjectOf(value) })}
      />
      <Select
        label={t("backtest.compare")}
        placeholder={t("backtest.compareNothing")}
        data={options.filter((option) => option.value !== what)}
        disabled={options.length < 2}
        value={search.compare === undefined ? null : valueOf(search.compare)}
        clearable
        clearButtonProps={{ "aria-label": t("backtest.compareNothing") }}
        onChange={(value) => change({ compare: value ? subjectOf(value) : undefined })}
      />
      <TypedInput
        type="date"
        required
        withAsterisk={false}
        label={t("rule.from")}
        value={range.from}
        max={range.to}
        error={range.from > range.to && t("backtest.emptyRange")}
        onText={(from) => change({ from: from || undefined })}
      />
      <TypedInput
        type="date"
        required
        withAsterisk={false}
        label={t("rule.to")}
        value={range.to}
        min={range.from}
        onText={(to) => change({ to: to || undefined })}
      />
      <Homes search={search} change={change} mistakes={mistakes} />
      <div className="backtest-run">
        <RunButton
          label={t("backtest.run")}
          isRunning={isRunning}
          variant={isRunning ? "default" : "filled"}
          disabled={!isRunning && !onRun}
        />
        <span className="backtest-zone">{t("backtest.zone", { zone: timeZoneId })}</span>
      </div>
    </form>
  );
}

function Homes({ search, change, mistakes }: Pick<Props, "search" | "change" | "mistakes">) {
  const { t } = useTranslation();
  const say = useSentences();
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const kind = search.buildings ? "chosen" : search.sample ? "some" : "all";
  const buildings = useQuery({ ...buildingsQuery(settled), enabled: kind === "chosen" });
  // What is no number of homes yet is not told.
  const sample = useTyped(String(search.sample ?? ""), (text) => Number(text) > 0 && change({ sample: Number(text) }));
  const wrong = mistakes.find((mistake) => mistake.pointer.startsWith("/customerBuildingIds"));
  const choose = (chosen: string) =>
    change({
      buildings: chosen === "chosen" ? [] : undefined,
      sample: chosen === "some" ? USUAL_SAMPLE : undefined,
    });
  return (
    <div className="backtest-homes">
      <div>
        <span className="backtest-label" aria-hidden>
          {t("backtest.homes")}
        </span>
        <SegmentedControl
          aria-label={t("backtest.homes")}
          value={kind}
          onChange={choose}
          data={[
            { value: "all", label: t("backtest.allHomes") },
            { value: "some", label: t("backtest.someHomes") },
            { value: "chosen", label: t("backtest.chosenHomes") },
          ]}
        />
      </div>
      {kind === "some" && (
        <NumberInput
          label={t("backtest.sample")}
          description={t("backtest.sampleLead")}
          {...sample}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          allowNegative={false}
          onChange={(value) => sample.onChange(String(value))}
        />
      )}
      {kind === "chosen" && (
        <TagsInput
          className="backtest-chosen"
          label={t("backtest.chosen")}
          placeholder={search.buildings?.length ? undefined : t("backtest.chosenPlaceholder")}
          data={(buildings.data ?? []).map((each) => each.customerBuildingId)}
          // The server has searched already.
          filter={({ options }) => options}
          searchValue={typed}
          onSearchChange={setTyped}
          maxTags={MOST_CHOSEN}
          value={search.buildings ?? []}
          onChange={(chosen) => change({ buildings: chosen })}
          error={wrong && say(wrong.detail)}
          clearable
          clearButtonProps={{ "aria-label": t("backtest.chosenNone") }}
        />
      )}
    </div>
  );
}
