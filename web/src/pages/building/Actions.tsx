// What can be done with a building as a whole: take everything of it along, or erase it.
import { Button, Menu, Modal, Text, TextInput } from "@mantine/core";
import { IconChevronDown, IconDownload, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { downloadExport } from "../../api/buildings";
import { answer } from "../../api/client";
import { api } from "../../api/public";
import { FormRefusal } from "../../parts/FormRefusal";
import { useAllowed, useSession } from "../../parts/session";

const NEEDED_TO_EXPORT = ["read:buildings", "read:events", "read:pushnotifications", "read:statistics"] as const;

export function Actions({ buildingId }: { buildingId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/buildings/$buildingId" });
  const { dialog } = useSearch({ from: "/buildings/$buildingId" });
  const { permissions } = useSession();
  const mayWrite = useAllowed("write:buildings");
  const mayExport = NEEDED_TO_EXPORT.every((each) => permissions.includes(each));
  const exporting = useMutation({ mutationFn: () => downloadExport(buildingId) });
  const show = (dialog: "erase" | undefined) =>
    void navigate({ search: (before) => ({ ...before, dialog }), replace: dialog === undefined, resetScroll: false });
  if (!mayWrite && !mayExport) return null;
  return (
    <div className="page-actions">
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button
            variant="default"
            loading={exporting.isPending}
            rightSection={<IconChevronDown size={16} aria-hidden />}
          >
            {t("buildings.actions")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mayExport && (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => exporting.mutate()}>
              {t("buildings.export")}
            </Menu.Item>
          )}
          {mayWrite && (
            <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => show("erase")}>
              {t("buildings.erase")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <FormRefusal error={exporting.error} />
      {mayWrite && (
        <Modal
          opened={dialog === "erase"}
          onClose={() => show(undefined)}
          title={t("buildings.eraseTitle", { id: buildingId })}
          closeButtonProps={{ "aria-label": t("accounts.cancel") }}
        >
          <EraseForm buildingId={buildingId} onCancel={() => show(undefined)} />
        </Modal>
      )}
    </div>
  );
}

/** Nothing of it can be brought back: whoever erases it writes its name. */
function EraseForm({ buildingId, onCancel }: { buildingId: string; onCancel: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const erase = useMutation({
    mutationFn: () =>
      answer(
        api.DELETE("/buildings/{customerBuildingId}/v1", {
          params: { path: { customerBuildingId: buildingId } },
          parseAs: "text",
        }),
      ),
    onSuccess: async () => {
      await navigate({ to: "/buildings" });
      queries.removeQueries({
        predicate: ({ queryKey }) => queryKey[0] === "buildings" && queryKey.includes(buildingId),
      });
      await Promise.all(
        ["buildings", "notifications", "overview"].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (typed === buildingId) erase.mutate();
  };
  return (
    <form className="form-column" onSubmit={submit}>
      <Text>{t("buildings.eraseLead")}</Text>
      <TextInput
        label={t("buildings.eraseType", { id: buildingId })}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <FormRefusal error={erase.error} />
      <div className="row-side">
        <Button type="submit" color="red.9" disabled={typed !== buildingId} loading={erase.isPending}>
          {t("buildings.eraseIt")}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </form>
  );
}
