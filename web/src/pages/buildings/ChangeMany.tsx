// What is done with the homes that are chosen in the list: the same change in each of them.
import { Button, Modal, MultiSelect, NativeSelect, TagsInput, Text, VisuallyHidden } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { buildingTagsQuery } from "../../api/buildings";
import { answer, client } from "../../api/client";
import { rulesQuery } from "../../api/rules";
import { FormRefusal } from "../../parts/FormRefusal";
import { useAllowed } from "../../parts/session";

const MOST = 500;

interface Props {
  chosen: ReadonlySet<string>;
  onDone: () => void;
}

export function ChangeMany({ chosen, onDone }: Props) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const [said, setSaid] = useState("");
  return (
    <>
      <VisuallyHidden role="status">
        {said || (chosen.size > 0 ? t("buildings.chosen", { count: chosen.size }) : "")}
      </VisuallyHidden>
      {said && chosen.size === 0 && (
        <Text fz="sm" aria-hidden>
          {said}
        </Text>
      )}
      {chosen.size > 0 && (
        <div className="panel chosen-bar">
          <Text fw={600}>{t("buildings.chosen", { count: chosen.size })}</Text>
          <Button size="xs" disabled={chosen.size > MOST} onClick={() => setIsOpen(true)}>
            {t("buildings.change")}
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            {t("buildings.chooseNone")}
          </Button>
          {chosen.size > MOST && <Text fz="sm">{t("buildings.tooMany", { most: MOST })}</Text>}
        </div>
      )}
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={t("buildings.changeTitle", { count: chosen.size })}
        closeButtonProps={{ "aria-label": t("accounts.cancel") }}
      >
        <ChangeForm
          ids={[...chosen]}
          onCancel={() => setIsOpen(false)}
          onDone={(changed) => {
            setIsOpen(false);
            setSaid(t("buildings.changed", { count: changed }));
            onDone();
          }}
        />
      </Modal>
    </>
  );
}

type Answer = "keep" | "yes" | "no";

function ChangeForm({ ids, onCancel, onDone }: { ids: string[]; onCancel: () => void; onDone: (n: number) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const tags = useQuery(buildingTagsQuery);
  const rules = useQuery({ ...rulesQuery, enabled: useAllowed("read:rules") });
  const [addTags, setAddTags] = useState<string[]>([]);
  const [removeTags, setRemoveTags] = useState<string[]>([]);
  const [early, setEarly] = useState<Answer>("keep");
  const [rulesOff, setRulesOff] = useState<string[]>([]);
  const [rulesOn, setRulesOn] = useState<string[]>([]);
  const change = useMutation({
    mutationFn: () =>
      answer(
        client.POST("/console/api/buildings/changes", {
          body: {
            customerBuildingIds: ids,
            addTags,
            removeTags,
            isEarlyAdopter: early === "keep" ? null : early === "yes",
            rulesOff,
            rulesOn,
          },
        }),
      ),
    onSuccess: async ({ changed }) => {
      await queries.invalidateQueries({ queryKey: ["buildings"] });
      onDone(changed);
    },
  });
  const known = (tags.data ?? []).map(({ tag }) => tag);
  const ruleChoices = (rules.data ?? []).map((rule) => ({ value: rule.id ?? "", label: rule.name }));
  const isNothing = [addTags, removeTags, rulesOff, rulesOn].every((each) => each.length === 0) && early === "keep";
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className="form-column" onSubmit={submit}>
      <TagsInput label={t("buildings.addTags")} data={known} value={addTags} onChange={setAddTags} maxTags={20} />
      <MultiSelect
        label={t("buildings.removeTags")}
        data={known}
        value={removeTags}
        onChange={setRemoveTags}
        searchable
        nothingFoundMessage={t("buildings.noTag")}
      />
      <NativeSelect
        label={t("buildings.early")}
        description={t("buildings.earlyLead")}
        value={early}
        onChange={(event) => setEarly(event.currentTarget.value as Answer)}
        data={(["keep", "yes", "no"] as const).map((value) => ({ value, label: t(`buildings.earlyAs.${value}`) }))}
      />
      <MultiSelect
        label={t("buildings.rulesOff")}
        data={ruleChoices.filter(({ value }) => !rulesOn.includes(value))}
        value={rulesOff}
        onChange={setRulesOff}
        searchable
        nothingFoundMessage={t("buildings.noRule")}
      />
      <MultiSelect
        label={t("buildings.rulesOn")}
        data={ruleChoices.filter(({ value }) => !rulesOff.includes(value))}
        value={rulesOn}
        onChange={setRulesOn}
        searchable
        nothingFoundMessage={t("buildings.noRule")}
      />
      <FormRefusal error={change.error} own={{ not_found: t("buildings.gone") }} />
      <div className="row-side">
        <Button type="submit" disabled={isNothing} loading={change.isPending}>
          {t("buildings.changeThem")}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </form>
  );
}
