// What is always at hand: the switch, on what the rule is tried, and saving.
import { Button, Switch } from "@mantine/core";
import { IconChartBar, IconDeviceFloppy } from "@tabler/icons-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { LinkButton } from "../../parts/LinkButton";
import { RunButton } from "../../parts/RunButton";
import { useAllowed } from "../../parts/session";
import { TypedInput } from "../../parts/TypedInput";
import { BuildingField } from "./BuildingField";
import { useEditing } from "./editing";
import { RuleMenu } from "./RuleMenu";
import type { Save } from "./useSave";
import type { Trial } from "./useSimulation";

interface Props {
  simulation: Trial;
  save: Save;
  isChanged: boolean;
  /** As it is saved; a new one has no id. */
  saved: Rule;
  isLeavingAllowed: RefObject<boolean>;
  onDiscard: () => void;
}

export function RuleBar({ simulation, save, isChanged, saved, isLeavingAllowed, onDiscard }: Props) {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const mayWrite = useAllowed("write:rules");
  const { search, change, progress } = simulation;
  const isRunning = progress !== undefined;
  return (
    <div className="rule-bar panel">
      <Switch
        className="rule-bar-switch"
        label={t(`rules.state.${draft.ruleState}`)}
        aria-label={t("rule.active")}
        checked={draft.ruleState === "ACTIVE"}
        disabled={!mayWrite}
        onChange={(event) => edit({ ruleState: event.currentTarget.checked ? "ACTIVE" : "INACTIVE" })}
      />
      <form
        className="rule-bar-trial"
        onSubmit={(event) => {
          event.preventDefault();
          if (isRunning) simulation.cancel();
          else simulation.run();
        }}
      >
        <BuildingField simulation={simulation} />
        <TypedInput
          type="date"
          aria-label={t("rule.from")}
          value={search.from ?? ""}
          max={search.to}
          onText={(from) => change({ from: from || undefined })}
        />
        <TypedInput
          type="date"
          aria-label={t("rule.to")}
          value={search.to ?? ""}
          min={search.from}
          onText={(to) => change({ to: to || undefined })}
        />
        <RunButton label={t("rule.run")} isRunning={isRunning} variant="light" disabled={!search.building} />
      </form>
      {draft.id && (
        <LinkButton
          to="/rules/$ruleId/backtest"
          params={{ ruleId: draft.id }}
          search={{ what: isChanged ? "draft" : undefined, from: search.from, to: search.to }}
          className="rule-bar-backtest"
          variant="default"
          title={t("backtest.open")}
          leftSection={<IconChartBar size={16} aria-hidden />}
        >
          <span>{t("backtest.open")}</span>
        </LinkButton>
      )}
      <div className="rule-bar-save">
        <span className="rule-bar-note" role="status">
          {!mayWrite ? t("rule.readOnly") : isChanged ? t("rule.unsaved") : save.isDone ? t("rule.saved") : ""}
        </span>
        <Button className="rule-bar-discard" variant="default" disabled={!isChanged} onClick={onDiscard}>
          {t("rule.discard")}
        </Button>
        {mayWrite && (
          <Button
            leftSection={<IconDeviceFloppy size={17} aria-hidden />}
            loading={save.isPending}
            disabled={!isChanged && Boolean(saved.id)}
            onClick={save.save}
          >
            {t("rule.save")}
          </Button>
        )}
        {mayWrite && saved.id && <RuleMenu rule={saved} isLeavingAllowed={isLeavingAllowed} />}
      </div>
    </div>
  );
}
