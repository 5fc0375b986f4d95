// Jumping: a few letters find a page, a rule or a home, Enter goes there.
import { Combobox, Loader, Modal, ScrollArea, TextInput, useCombobox, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconFileText, IconHelp, IconHome, IconListCheck, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { buildingsQuery, placeOf, rulesQuery } from "../../api/rules";
import { helpNamesQuery } from "../help/names";
import type { Language } from "../../texts";
import { usePlaces } from "../places";
import { useAllowed } from "../session";
import { fitting } from "./fitting";
import "./palette.css";

const MOST_PER_GROUP = 6;
const MOST_HELP = 4;
const ICONS = { pages: IconFileText, rules: IconListCheck, buildings: IconHome, help: IconHelp };

interface Target {
  key: string;
  name: string;
  detail?: string | undefined;
  go: () => Promise<void>;
}

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={isOpen} onClose={onClose} size="lg" yOffset="12vh" transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label={t("palette.title")} radius="lg">
        <Search onDone={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  // Escape closes the list, and so the whole.
  const combobox = useCombobox({ opened: true, onDropdownClose: onDone });
  const [text, setText] = useState("");
  const { groups, isPending } = useTargets(text);
  const found = groups.flatMap(({ targets }) => targets);
  const foundKeys = found.map(({ key }) => key).join(" ");
  useEffect(() => {
    combobox.selectFirstOption();
  }, [foundKeys]);
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(key) => {
        onDone();
        void found.find((target) => target.key === key)?.go();
      }}
    >
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          className="palette-input"
          variant="unstyled"
          size="md"
          maxLength={100}
          aria-label={t("palette.placeholder")}
          placeholder={t("palette.placeholder")}
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={isPending ? <Loader size="xs" aria-hidden /> : null}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      {/* Arrows move the choice; whoever only wants to scroll comes here by the tabulator. */}
      <ScrollArea.Autosize mah="55vh" type="scroll" className="palette-found" viewportProps={{ tabIndex: 0 }}>
        <Combobox.Options aria-label={t("palette.title")}>
          {groups.map(({ name, targets }) => (
            <Combobox.Group key={name} label={t(`palette.${name}`)}>
              {targets.map((target) => (
                <Found key={target.key} target={target} Icon={ICONS[name]} />
              ))}
            </Combobox.Group>
          ))}
          {found.length === 0 && !isPending && <Combobox.Empty>{t("palette.none", { text })}</Combobox.Empty>}
        </Combobox.Options>
      </ScrollArea.Autosize>
      <VisuallyHidden role="status">
        {!isPending && found[0] && t("palette.found", { count: found.length, first: found[0].name })}
      </VisuallyHidden>
      <p className="palette-keys" aria-hidden>
        <kbd>↑</kbd> <kbd>↓</kbd> {t("palette.choose")} <kbd>↵</kbd> {t("palette.open")} <kbd>Esc</kbd>{" "}
        {t("palette.close")}
      </p>
    </Combobox>
  );
}

function Found({ target, Icon }: { target: Target; Icon: typeof IconHome }) {
  return (
    <Combobox.Option value={target.key} className="palette-option">
      <Icon size={17} aria-hidden />
      <span className="palette-name">{target.name}</span>
      {target.detail && <span className="palette-detail">{target.detail}</span>}
    </Combobox.Option>
  );
}

/** What fits the text, in groups without the empty ones. Homes are looked for by the server. */
function useTargets(text: string) {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const places = usePlaces("main", "inner", "settings");
  const rules = useQuery({ ...rulesQuery, enabled: useAllowed("read:rules") });
  const [asked] = useDebouncedValue(text.trim(), 150);
  const mayReadBuildings = useAllowed("read:buildings");
  const buildings = useQuery({
    ...buildingsQuery(asked, MOST_PER_GROUP),
    enabled: mayReadBuildings && asked !== "",
  });
  const language = i18n.language;
  const pages: Target[] = places.map(({ to, name }) => ({ key: to, name: t(name), go: () => router.navigate({ to }) }));
  const allRules: Target[] = (rules.data ?? []).map((rule) => ({
    key: `rule ${rule.id}`,
    name: rule.name,
    detail: t(`rules.state.${rule.ruleState}`),
    go: () => router.navigate({ to: "/rules/$ruleId", params: { ruleId: rule.id ?? "" } }),
  }));
  const homes: Target[] = (buildings.data ?? []).map((building) => ({
    key: `building ${building.customerBuildingId}`,
    name: building.customerBuildingId,
    detail: placeOf(building),
    go: () => router.navigate({ to: "/buildings/$buildingId", params: { buildingId: building.customerBuildingId } }),
  }));
  const help = useQuery({ ...helpNamesQuery(language as Language), enabled: text.trim() !== "" });
  const sections: Target[] = fitting(text.trim() ? (help.data ?? []) : [], text, language)
    .slice(0, MOST_HELP)
    .map(({ id, anchor, name, title }) => ({
      key: `help ${id}#${anchor}`,
      name,
      detail: title,
      go: () =>
        router.navigate({
          ...(id ? { to: "/help/$" as const, params: { _splat: id } } : { to: "/help" as const }),
          ...(anchor ? { hash: anchor } : {}),
        }),
    }));
  const groups = [
    { name: "pages" as const, targets: fitting(pages, text, language) },
    { name: "rules" as const, targets: text.trim() ? fitting(allRules, text, language).slice(0, MOST_PER_GROUP) : [] },
    { name: "buildings" as const, targets: text.trim() ? fitting(homes, text, language, ({ detail }) => detail) : [] },
    { name: "help" as const, targets: sections },
  ];
  return {
    groups: groups.filter(({ targets }) => targets.length > 0),
    isPending: text.trim() !== "" && (text.trim() !== asked || rules.isLoading || buildings.isFetching),
  };
}
