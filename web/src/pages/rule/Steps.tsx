import { ActionIcon, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Which of several is shown: the first of a new list. */
export function useStep<Item>(items: Item[]): { item: Item | undefined; at: number; step: (at: number) => void } {
  const [chosen, setChosen] = useState({ of: items, at: 0 });
  const at = chosen.of === items ? chosen.at : 0;
  return { item: items[at], at, step: (to) => setChosen({ of: items, at: to }) };
}

/** From one of several to the next; nothing where there is only one. */
export function Steps({ at, count, onStep }: { at: number; count: number; onStep: (at: number) => void }) {
  const { t } = useTranslation();
  if (count < 2) return null;
  return (
    <Group justify="space-between" mb="sm">
      <ActionIcon variant="default" disabled={at === 0} onClick={() => onStep(at - 1)} aria-label={t("rule.previous")}>
        <IconChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <Text fz="sm">{t("rule.nth", { number: at + 1, count })}</Text>
      <ActionIcon
        variant="default"
        disabled={at === count - 1}
        onClick={() => onStep(at + 1)}
        aria-label={t("rule.next")}
      >
        <IconChevronRight size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
