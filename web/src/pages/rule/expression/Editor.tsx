// The editor of an expression, loaded late: completions, explanations under the pointer, mistakes underlined.
import { autocompletion, type Completion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { ExpressionAnswer, ExpressionMistake } from "../../../api/public";
import { type Say, useSentences } from "../../../texts/sentences";
import { explained } from "./explained";
import { highlighting } from "./highlight";
import { toUnits } from "./offsets";

type Ask = (
  expression: string,
  at: number,
  signal?: AbortSignal,
) => Promise<Pick<ExpressionAnswer, "completions" | "hover">>;

interface Props {
  labelledBy: string;
  describedBy: string;
  value: string;
  mistakes: ExpressionMistake[] | undefined;
  onChange: (value: string) => void;
  onCursor: (at: number | null) => void;
  ask: Ask;
}

export default function Editor({ labelledBy, describedBy, value, mistakes, onChange, onCursor, ask }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const first = useRef(value);
  const say = useSentences();
  const told = useRef({ onChange, onCursor, say });
  useEffect(() => {
    told.current = { onChange, onCursor, say };
  });

  useEffect(() => {
    if (!place.current) return;
    const inWords: Say = (english, group) => told.current.say(english, group);
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          history(),
          bracketMatching(),
          highlighting,
          autocompletion({
            override: [proposals(ask, inWords)],
            icons: false,
            activateOnTypingDelay: 150,
            interactionDelay: 0,
          }),
          explanations(ask, inWords),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            "aria-labelledby": labelledBy,
            "aria-describedby": describedBy,
            spellcheck: "false",
            autocapitalize: "off",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) told.current.onChange(update.state.doc.toString());
            if (update.docChanged || update.selectionSet || update.focusChanged) {
              told.current.onCursor(update.view.hasFocus ? update.state.selection.main.head : null);
            }
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [ask, labelledBy, describedBy]);

  useEffect(() => {
    const shown = view.current;
    const known = shown?.state.doc.toString();
    if (shown && known !== value) shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const shown = view.current;
    if (!shown || shown.state.doc.toString() !== value) return;
    const found = (mistakes ?? []).map((mistake): Diagnostic => ({
      from: toUnits(value, mistake.start),
      to: toUnits(value, mistake.end),
      severity: mistake.severity === "error" ? "error" : "warning",
      message: mistake.detail,
    }));
    shown.dispatch(setDiagnostics(shown.state, found));
  }, [mistakes, value]);

  return <div ref={place} />;
}

/** What may stand at the cursor. The server has chosen already, so nothing is filtered here. */
function proposals(ask: Ask, say: Say): CompletionSource {
  return async (context) => {
    if (!context.explicit && !context.matchBefore(/[$:\p{L}\p{N}_]$/u)) return null;
    const text = context.state.doc.toString();
    const controller = new AbortController();
    context.addEventListener("abort", () => controller.abort(), { onDocChange: true });
    const help = await ask(text, context.pos, controller.signal).catch(() => null);
    if (!help || help.completions.length === 0) return null;
    return {
      from: Math.min(...help.completions.map((each) => toUnits(text, each.start))),
      filter: false,
      options: help.completions.map((each): Completion => ({
        label: each.label,
        detail: say(each.detail, "details"),
        type: each.kind,
        info: () => explained({ title: "", documentation: say(each.documentation, "help"), examples: [] }),
        apply: (shown) => {
          const from = toUnits(text, each.start);
          // What was typed since then is replaced as well.
          const to = Math.max(toUnits(text, each.end), shown.state.selection.main.head);
          const cursor = from + toUnits(each.insert, each.cursorOffset);
          shown.dispatch({
            changes: { from, to, insert: each.insert },
            selection: { anchor: cursor },
            userEvent: "input.complete",
          });
        },
      })),
    };
  };
}

/** What stands under the pointer, in words. */
function explanations(ask: Ask, say: Say) {
  return hoverTooltip(async (shown, at) => {
    const text = shown.state.doc.toString();
    const help = await ask(text, at).catch(() => null);
    if (!help?.hover) return null;
    const { start, end, title, documentation, type, examples } = help.hover;
    const said = {
      title: say(title, "titles"),
      documentation: say(documentation, "help"),
      type: type && say(type, "typed"),
      examples,
    };
    return {
      pos: toUnits(text, start),
      end: toUnits(text, end),
      above: true,
      create: () => ({ dom: explained(said) }),
    };
  });
}
