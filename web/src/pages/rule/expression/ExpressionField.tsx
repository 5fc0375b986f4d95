// A field for an expression: its editor, and below it what is wrong, with the remedy a click away.
import { Button, Input } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleX, IconWand } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer } from "../../../api/client";
import { api, type ExpressionMistake, type Place } from "../../../api/public";
import { Later } from "../../../parts/Later";
import { useSentences } from "../../../texts/sentences";
import { useEditing } from "../editing";
import { PresentLine } from "../PresentLine";
import { toCharacters, toUnits } from "./offsets";

const Editor = lazy(() => import("./Editor"));
const PAUSE_MS = 300;

interface Props {
  label: string;
  description?: string;
  place: Place;
  pointer: string;
  value: string;
  onChange: (value: string) => void;
}

export function ExpressionField({ label, description, place, pointer, value, onChange }: Props) {
  const { draft, findings } = useEditing();
  const say = useSentences();
  const id = useId();
  const [cursor, setCursor] = useState<number | null>(null);
  const { datasets, isStreak } = draft;
  // The same object as long as it asks the same, or the pause would begin anew with every render.
  const question = useMemo(
    () => ({ expression: value, place, datasets, isStreak, cursor }),
    [value, place, datasets, isStreak, cursor],
  );
  const [settled] = useDebouncedValue(question, PAUSE_MS);
  const asked = useQuery({
    queryKey: ["expression", settled],
    enabled: settled.expression.trim() !== "",
    gcTime: 60_000,
    staleTime: Infinity,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => ({
      of: settled.expression,
      help: await answer(api.POST("/rules/expressions/v1", { body: settled, signal })),
    }),
  });
  // Places are those of the text that was asked about, so an older answer is of no use.
  const help = asked.data?.of === value && value.trim() !== "" ? asked.data.help : undefined;
  const mistakes = useMemo(
    () => help?.mistakes.map((each) => ({ ...each, detail: say(each.detail), hint: each.hint && say(each.hint) })),
    [help, say],
  );
  const missing =
    value.trim() === "" ? findings.find((each) => each.pointer === pointer && each.severity === "error") : undefined;

  const latest = useRef(question);
  useEffect(() => {
    latest.current = question;
  });
  const ask = useCallback(
    (expression: string, at: number, signal?: AbortSignal) =>
      answer(
        api.POST("/rules/expressions/v1", {
          body: { ...latest.current, expression, cursor: toCharacters(expression, at) },
          ...(signal && { signal }),
        }),
      ),
    [],
  );
  const fix = ({ start, end, fix: written }: ExpressionMistake) =>
    onChange(value.slice(0, toUnits(value, start)) + (written ?? "") + value.slice(toUnits(value, end)));

  return (
    <Input.Wrapper
      label={label}
      description={description}
      labelElement="div"
      labelProps={{ id }}
      className="expression"
    >
      <div
        className="expression-place"
        data-wrong={help?.mistakes.some((each) => each.severity === "error") || undefined}
      >
        <Later waiting={<pre className="expression-waiting">{value || " "}</pre>}>
          <Editor
            labelledBy={id}
            describedBy={`${id}-said`}
            value={value}
            mistakes={mistakes}
            onChange={onChange}
            onCursor={(at) => setCursor(at === null ? null : toCharacters(value, at))}
            ask={ask}
          />
        </Later>
      </div>
      <div id={`${id}-said`} className="expression-said" aria-live="polite">
        {missing && <p className="field-error">{missing.detail}</p>}
        {mistakes?.map((mistake, index) => (
          <MistakeLine key={index} mistake={mistake} onFix={() => fix(mistake)} />
        ))}
        {help && help.mistakes.length === 0 && cursor !== null && help.signature && (
          <p className="expression-signature">
            <code>{help.signature.signatures[help.signature.likeliest]?.label}</code>
          </p>
        )}
      </div>
      <PresentLine pointer={pointer} />
    </Input.Wrapper>
  );
}

function MistakeLine({ mistake, onFix }: { mistake: ExpressionMistake; onFix: () => void }) {
  const { t } = useTranslation();
  const isError = mistake.severity === "error";
  const Icon = isError ? IconCircleX : IconAlertTriangle;
  return (
    <div className="mistake" data-severity={isError ? "error" : "warning"}>
      <Icon size={15} aria-hidden />
      <span>
        {mistake.detail} {mistake.hint && <span className="hint">{mistake.hint}</span>}
      </span>
      {mistake.fix !== null && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconWand size={13} aria-hidden />}
          onClick={onFix}
          aria-label={t("rule.fixOf", { fix: mistake.fix })}
        >
          {mistake.fix
            ? t("rule.fix", { fix: mistake.fix.length > 40 ? `${mistake.fix.slice(0, 40)}…` : mistake.fix })
            : t("rule.remove")}
        </Button>
      )}
    </div>
  );
}
