// The configurator: a rule is tried on a home, edited below, and saved as a version.
import { Textarea } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { useMayReadImpact, useSession } from "../../parts/session";
import { Conditions } from "./Conditions";
import { Conflict } from "./Conflict";
import { Datasets } from "./Datasets";
import { aside, isSame } from "./draft";
import { EditingContext, useEditing, useErrorAt, useFindings } from "./editing";
import { Findings } from "./Findings";
import { GraphPanel } from "./graph/GraphPanel";
import { forgetDraft, keepDraft, keptDraft } from "./keptDraft";
import { LeaveDialog } from "../../parts/LeaveDialog";
import { MadeDrawer } from "./MadeDrawer";
import { Notifications } from "./Notifications";
import { RuleBar } from "./RuleBar";
import { Settings } from "./Settings";
import { usePresent } from "./usePresent";
import { useSave } from "./useSave";
import { useSimulation } from "./useSimulation";
import { Versions } from "./Versions";
import { WhyDrawer } from "./WhyDrawer";

export function Configurator({ saved }: { saved: Rule }) {
  const { t } = useTranslation();
  const { languages } = useSession();
  const mayReadImpact = useMayReadImpact();
  const queries = useQueryClient();
  const ruleId = saved.id ?? "";
  // What was edited before a look at a backtest is taken up again, with what it began with: `saved` may be newer by now.
  const [kept] = useState(() => keptDraft(queries, ruleId));
  const [base, setBase] = useState(kept?.base ?? saved);
  const [draft, setDraft] = useState(kept?.draft ?? saved);
  useEffect(() => forgetDraft(queries, ruleId), [queries, ruleId]);
  const isChanged = !isSame(draft, base);
  const takeOver = (rule: Rule) => {
    setBase(rule);
    setDraft(rule);
  };
  // What was typed while a save was under way is a change to what was saved.
  const takeSaved = (rule: Rule, sent: Rule) => {
    setBase(rule);
    setDraft((now) => (now === sent ? rule : { ...now, ...aside(rule) }));
  };
  const findings = useFindings(draft);
  const simulation = useSimulation(draft);
  const present = usePresent(draft, simulation.home, simulation.timeZoneId, simulation.progress !== undefined);
  const [askedMs, setAskedMs] = useState<number[]>([]);
  const [opened, setOpened] = useState<string[]>([]);
  // A rule that was just added moves to its own address; that is no leaving.
  const isLeavingAllowed = useRef(false);
  const save = useSave(draft, takeSaved, takeOver, isLeavingAllowed);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      if (!isChanged || isLeavingAllowed.current || current.pathname === next.pathname) return false;
      if (!base.id || next.routeId !== "/rules/$ruleId/backtest" || next.params.ruleId !== base.id) return true;
      keepDraft(queries, { base, draft });
      return false;
    },
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });

  return (
    <EditingContext
      value={{
        draft,
        edit: (patch) => setDraft((before) => ({ ...before, ...patch })),
        findings: findings.said ?? [],
        languages: [...new Set([...languages, ...Object.keys(draft.notification?.texts ?? {})])],
        simulation: simulation.isOutdated ? undefined : simulation.result?.simulation,
        hasHome: Boolean(simulation.search.building) && !simulation.isUnknown,
        present,
      }}
    >
      <div className="configurator">
        <div className="rule-ways">
          <Link to="/rules" className="back-link" activeProps={{}}>
            <IconArrowLeft size={16} aria-hidden />
            {t("rules.title")}
          </Link>
          {base.id && mayReadImpact && (
            <Link to="/rules/$ruleId/impact" params={{ ruleId: base.id }} className="text-link small" activeProps={{}}>
              {t("impact.open")}
            </Link>
          )}
        </div>
        <NameFields isNew={!base.id} />
        <RuleBar
          simulation={simulation}
          save={save}
          isChanged={isChanged}
          saved={base}
          isLeavingAllowed={isLeavingAllowed}
          onDiscard={() => setDraft(base)}
        />
        <Findings findings={findings.said} failure={findings.failure} refusal={save.refusal} />
        <GraphPanel simulation={simulation} onAsk={setAskedMs} onOpen={setOpened} />
        <Datasets />
        <Conditions />
        <Notifications />
        <Settings timeZoneId={simulation.timeZoneId} />
        {base.id && <Versions rule={base} onRestored={takeSaved} isChanged={isChanged} />}
      </div>
      <WhyDrawer timesMs={askedMs} result={simulation.result} onClose={() => setAskedMs([])} />
      <MadeDrawer ids={opened} onClose={() => setOpened([])} />
      <Conflict save={save} base={base} mine={draft} onTakeTheirs={takeOver} />
      <LeaveDialog blocker={blocker} title={t("rule.leaveTitle")} text={t("rule.leaveText")} />
    </EditingContext>
  );
}

function NameFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const nameError = useErrorAt("/name");
  return (
    <div className="rule-names">
      <h1 className="visually-hidden">{draft.name || t("rule.new")}</h1>
      <Textarea
        classNames={{ input: "rule-name" }}
        aria-label={t("rule.name")}
        placeholder={t("rule.namePlaceholder")}
        value={draft.name}
        onChange={(event) => edit({ name: event.currentTarget.value.replace(/\s*\n\s*/g, " ") })}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        autosize
        minRows={1}
        error={draft.name || !isNew ? nameError : undefined}
        maxLength={1000}
        autoFocus={isNew}
      />
      <Textarea
        classNames={{ input: "rule-description" }}
        aria-label={t("rule.description")}
        placeholder={t("rule.descriptionPlaceholder")}
        value={draft.description}
        onChange={(event) => edit({ description: event.currentTarget.value })}
        autosize
        minRows={1}
        maxLength={10_000}
      />
    </div>
  );
}
