// What is said: one notification, or several cases of which the first that holds is sent.
import {
  type Active,
  closestCenter,
  DndContext,
  KeyboardSensor,
  type Modifier,
  type Over,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { ActionIcon, Button, SegmentedControl, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Case } from "../../api/public";
import { emptyTemplate } from "./draft";
import { useEditing } from "./editing";
import { ExpressionField } from "./expression/ExpressionField";
import { Section } from "./Section";
import { TemplateEditor } from "./TemplateEditor";
import { useIds } from "./useIds";

// Cases stand below each other: sideways they do not move.
const UPRIGHT: Modifier[] = [({ transform }) => ({ ...transform, x: 0 })];

export function Notifications() {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const hasCases = draft.notificationCases.length > 0;

  const setForm = (form: string) => {
    if (form === "cases" && !hasCases) {
      const notification = draft.notification ?? emptyTemplate();
      edit({
        notification: null,
        notificationCases: [{ label: t("rule.caseNumber", { number: 1 }), caseCondition: "true", notification }],
      });
    }
    if (form === "one" && hasCases) {
      edit({ notification: draft.notificationCases[0]?.notification ?? emptyTemplate(), notificationCases: [] });
    }
  };

  return (
    <Section
      id="notification"
      title={t("rule.what")}
      lead={t(hasCases ? "rule.casesLead" : "rule.whatLead")}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t("rule.form")}
          value={hasCases ? "cases" : "one"}
          onChange={setForm}
          data={[
            { value: "one", label: t("rule.oneNotification") },
            { value: "cases", label: t("rule.severalCases") },
          ]}
        />
      }
    >
      {hasCases ? (
        <Cases />
      ) : (
        <TemplateEditor
          pointer="/notification"
          template={draft.notification ?? emptyTemplate()}
          onChange={(notification) => edit({ notification })}
        />
      )}
    </Section>
  );
}

function Cases() {
  const { t } = useTranslation();
  const { draft, edit } = useEditing();
  const cases = draft.notificationCases;
  const set = (notificationCases: Case[]) => edit({ notificationCases });
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const { ids, changeTo } = useIds(cases.length);
  const list = useRef<HTMLDivElement>(null);
  const removedAt = useRef<number>(undefined);
  const move = (from: number, to: number) => {
    set(arrayMove(cases, from, to));
    changeTo(arrayMove(ids, from, to));
  };
  const remove = (index: number) => {
    removedAt.current = index;
    set(cases.filter((_, at) => at !== index));
    changeTo(ids.filter((_, at) => at !== index));
  };
  // The focus goes on with the case that took the place of the removed one, or the one before.
  useEffect(() => {
    if (removedAt.current === undefined) return;
    const place = Math.min(removedAt.current, cases.length - 1);
    removedAt.current = undefined;
    list.current?.querySelectorAll<HTMLElement>(".case-label input")[place]?.focus();
  }, [cases.length]);
  const spoken = useSpokenMoves(cases, ids);
  return (
    <>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={spoken}
        modifiers={UPRIGHT}
        onDragEnd={({ active, over }) => over && move(ids.indexOf(Number(active.id)), ids.indexOf(Number(over.id)))}
      >
        <SortableContext items={ids} strategy={verticalListSortingStrategy}>
          <div className="cases" ref={list}>
            {cases.map((each, index) => (
              <CaseFields
                key={ids[index]}
                id={ids[index] ?? 0}
                of={each}
                index={index}
                count={cases.length}
                onChange={(patch) => set(cases.map((other, at) => (at === index ? { ...other, ...patch } : other)))}
                onMove={(by) => move(index, index + by)}
                onRemove={() => remove(index)}
              />
            ))}
          </div>
        </SortableContext>
      </DndContext>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={15} aria-hidden />}
        onClick={() =>
          set([
            ...cases,
            {
              label: t("rule.caseNumber", { number: cases.length + 1 }),
              caseCondition: "true",
              notification: emptyTemplate(),
            },
          ])
        }
      >
        {t("rule.addCase")}
      </Button>
    </>
  );
}

interface CaseProps {
  id: number;
  of: Case;
  index: number;
  count: number;
  onChange: (patch: Partial<Case>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

function CaseFields({ id, of, index, count, onChange, onMove, onRemove }: CaseProps) {
  const { t } = useTranslation();
  const { setNodeRef, setActivatorNodeRef, transform, transition, isDragging, attributes, listeners } = useSortable({
    id,
    disabled: count === 1,
    attributes: { roleDescription: t("rule.caseRole") },
  });
  const label = of.label || index + 1;
  return (
    <div
      ref={setNodeRef}
      className="case"
      role="group"
      aria-label={t("rule.caseOf", { label })}
      data-dragged={isDragging || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <div className="case-head">
        <button
          ref={setActivatorNodeRef}
          type="button"
          className="case-number"
          {...attributes}
          {...listeners}
          aria-label={t("rule.caseDrag", { label })}
          title={t("rule.caseDrag", { label })}
        >
          {index + 1}
          <IconGripVertical size={14} aria-hidden />
        </button>
        <TextInput
          className="case-label"
          aria-label={t("rule.place.label")}
          value={of.label}
          onChange={(event) => onChange({ label: event.currentTarget.value })}
        />
        <ActionIcon
          variant="default"
          size="lg"
          // Not disabled: what moved to the top keeps the focus.
          aria-disabled={index === 0}
          data-disabled={index === 0 || undefined}
          onClick={() => index > 0 && onMove(-1)}
          aria-label={t("rule.caseUp", { label })}
        >
          <IconArrowUp size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="lg"
          aria-disabled={index === count - 1}
          data-disabled={index === count - 1 || undefined}
          onClick={() => index < count - 1 && onMove(1)}
          aria-label={t("rule.caseDown", { label })}
        >
          <IconArrowDown size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          disabled={count === 1}
          onClick={onRemove}
          aria-label={t("rule.caseRemove", { label })}
        >
          <IconTrash size={17} aria-hidden />
        </ActionIcon>
      </div>
      <ExpressionField
        label={t("rule.place.caseCondition")}
        place="case"
        pointer={`/notificationCases/${index}/caseCondition`}
        value={of.caseCondition}
        onChange={(caseCondition) => onChange({ caseCondition })}
      />
      <TemplateEditor
        pointer={`/notificationCases/${index}/notification`}
        template={of.notification}
        caseLabel={of.label}
        onChange={(notification) => onChange({ notification })}
      />
    </div>
  );
}

/** What is said to who cannot see a case being dragged. */
function useSpokenMoves(cases: Case[], ids: number[]) {
  const { t } = useTranslation();
  const numberOf = ({ id }: Active | Over) => ids.indexOf(Number(id)) + 1;
  const label = (active: Active) => cases[numberOf(active) - 1]?.label || numberOf(active);
  const at = (over: Over | null, active: Active) =>
    t("rule.caseAt", { label: label(active), number: numberOf(over ?? active) });
  return {
    screenReaderInstructions: { draggable: t("rule.caseDragHow") },
    announcements: {
      onDragStart: ({ active }: { active: Active }) => t("rule.caseTaken", { label: label(active) }),
      onDragOver: ({ active, over }: { active: Active; over: Over | null }) => at(over, active),
      onDragEnd: ({ active, over }: { active: Active; over: Over | null }) => at(over, active),
      onDragCancel: ({ active }: { active: Active }) => at(null, active),
    },
  };
}
