// The devices of a building: those that were entered, and those that were only heard of in events, which can be taken over.
import { Button, Modal, Select, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import type { Building, Household } from "../../api/buildings";
import { catalogueQuery } from "../../api/rules";
import { Done } from "../../parts/Done";
import { useAllowed } from "../../parts/session";
import type { BuildingSearch } from "../buildingSearch";
import { TabPanel } from "./Dashboard";
import { SaveRefusal } from "./SaveRefusal";
import { useSaving } from "./useSaving";

type Device = Building["devices"][number];
type Show = (dialog: BuildingSearch["dialog"], device?: string) => void;

const ID = /^[a-zA-Z0-9:._-]{3,64}$/;
const PLATFORM = "PLATFORM"; // a source of events, and no device
const FIELDS = ["id", "type", "name", "product_name"] as const;
const BLANK: Device = {
  id: "",
  type: null,
  name: null,
  product_name: null,
  discovered: false,
  createdAt: null,
  updatedAt: null,
};

export function Devices({ household }: { household: Household }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/buildings/$buildingId" });
  const { dialog, device: id } = useSearch({ from: "/buildings/$buildingId" });
  const mayWrite = useAllowed("write:buildings");
  const [done, setDone] = useState("");
  const { devices } = household.building;
  const device = devices.find((each) => each.id === id);
  const show: Show = (dialog, device) => {
    if (dialog) setDone("");
    const search = (before: BuildingSearch) => ({ ...before, dialog, device });
    void navigate({ search, replace: !dialog, resetScroll: false });
  };
  const form = {
    household,
    onCancel: () => show(undefined),
    onSaved: (told: string) => {
      setDone(told);
      show(undefined);
    },
  };
  const isChanging = mayWrite && dialog === "device" && (id === undefined || device !== undefined);
  return (
    <TabPanel
      id="devices-title"
      title={t("buildings.devices")}
      side={
        mayWrite && (
          <Button size="xs" variant="default" onClick={() => show("device")}>
            {t("buildings.device.add")}
          </Button>
        )
      }
    >
      <Done text={done !== "" && done} />
      {devices.length === 0 ? (
        <Text c="dimmed" fz="sm">
          {t("buildings.noDevices")}
        </Text>
      ) : (
        <DeviceTable devices={devices} onShow={mayWrite ? show : undefined} />
      )}
      <Modal
        opened={isChanging}
        onClose={form.onCancel}
        title={titleOf()}
        closeButtonProps={{ "aria-label": t("accounts.cancel") }}
      >
        <DeviceForm key={id} {...form} device={device} />
      </Modal>
      <Modal
        opened={mayWrite && dialog === "removeDevice" && device !== undefined && !device.discovered}
        onClose={form.onCancel}
        title={t("buildings.device.removeTitle", { id })}
        closeButtonProps={{ "aria-label": t("accounts.cancel") }}
      >
        {device && <RemoveForm {...form} device={device} />}
      </Modal>
    </TabPanel>
  );

  function titleOf(): string {
    if (!device) return t("buildings.device.add");
    return t(device.discovered ? "buildings.device.takeOverTitle" : "buildings.device.editTitle", { id: device.id });
  }
}

/** `onShow`: for whoever may change them. */
function DeviceTable({ devices, onShow }: { devices: Device[]; onShow: Show | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="drawn-scroll" tabIndex={0} role="region" aria-labelledby="devices-title">
      <table className="device-table">
        <thead>
          <tr>
            <th scope="col">{t("buildings.device.id")}</th>
            <th scope="col">{t("buildings.device.name")}</th>
            <th scope="col">{t("buildings.device.type")}</th>
            <th scope="col">{t("buildings.device.product")}</th>
            <th scope="col">{t("buildings.device.origin")}</th>
            {onShow && (
              <th scope="col">
                <span className="visually-hidden">{t("buildings.actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {devices.map(({ id, name, type, product_name, discovered }) => {
            const button = (action: "edit" | "takeOver" | "remove", dialog: BuildingSearch["dialog"]) => (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={t(`buildings.device.${action}Of`, { id })}
                onClick={() => onShow?.(dialog, id)}
              >
                {t(`buildings.device.${action}`)}
              </Button>
            );
            return (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td data-label={t("buildings.device.name")}>{name ?? "–"}</td>
                <td data-label={t("buildings.device.type")}>{type ?? "–"}</td>
                <td data-label={t("buildings.device.product")}>{product_name ?? "–"}</td>
                <td data-label={t("buildings.device.origin")}>
                  {t(discovered ? "buildings.device.discovered" : "buildings.device.registered")}
                </td>
                {onShow && (
                  <td className="device-actions">
                    {discovered ? (
                      button("takeOver", "device")
                    ) : (
                      <>
                        {button("edit", "device")}
                        {button("remove", "removeDevice")}
                      </>
                    )}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface FormProps {
  household: Household;
  onCancel: () => void;
  onSaved: (told: string) => void;
}

/** Adds one, or sets what is known of `device`; a discovered one is entered by it. */
function DeviceForm({ household, device, onCancel, onSaved }: FormProps & { device: Device | undefined }) {
  const { t } = useTranslation();
  const known = useQuery({ ...catalogueQuery, enabled: useAllowed("read:rules") }).data?.sources ?? [];
  const [draft, setDraft] = useState(device ?? BLANK);
  const saving = useSaving(household, {
    onFresh: ({ devices }) => setDraft(devices.find(({ id }) => id === device?.id) ?? draft),
    onSaved: () => onSaved(t("profile.saved")),
  });
  const { error } = saving.change;
  const { devices } = saving.read;
  // What was entered comes first, in its order, as the server answers it: so its places in a refusal are those here.
  const entered = devices.filter(({ id, discovered }) => !discovered && id !== device?.id);
  const at = devices.filter(({ discovered }) => !discovered).findIndex(({ id }) => id === device?.id);
  const place = at === -1 ? entered.length : at;
  const pointers = FIELDS.map((field) => `/devices/${place}/${field}`);
  const isWrong = (field: (typeof FIELDS)[number]) => isAbout(error, `/devices/${place}/${field}`);
  const isTaken = !device && entered.some(({ id }) => id === draft.id);
  const isWrongId = draft.id !== "" && !ID.test(draft.id);
  const edit = (patch: Partial<Device>) => {
    saving.change.forget();
    setDraft({ ...draft, ...patch });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isTaken || isWrongId) return;
    const mine = { ...draft, name: draft.name?.trim() || null, product_name: draft.product_name?.trim() || null };
    const discovered = devices.filter((each) => each.discovered && each.id !== draft.id);
    saving.save({
      ...saving.read,
      devices: [...entered.toSpliced(place, 0, { ...mine, discovered: false }), ...discovered],
    });
  };
  const types = known.filter((each) => each !== PLATFORM);
  return (
    <form className="form-column" onSubmit={submit}>
      {device?.discovered && <Text fz="sm">{t("buildings.device.takeOverLead")}</Text>}
      <TextInput
        label={t("buildings.device.id")}
        description={!device && t("buildings.device.idLead")}
        value={draft.id}
        maxLength={64}
        required
        withAsterisk={false}
        disabled={device !== undefined}
        autoComplete="off"
        data-autofocus={!device || undefined}
        error={isTaken ? t("buildings.device.idTaken") : (isWrongId || isWrong("id")) && t("buildings.device.idWrong")}
        onChange={(event) => edit({ id: event.currentTarget.value.trim() })}
      />
      <TextInput
        label={t("buildings.device.name")}
        value={draft.name ?? ""}
        maxLength={100}
        data-autofocus={device && true}
        error={isWrong("name") && t("buildings.device.nameWrong")}
        onChange={(event) => edit({ name: event.currentTarget.value })}
      />
      <Select
        label={t("buildings.device.type")}
        data={draft.type && !types.includes(draft.type) ? [draft.type, ...types] : types}
        value={draft.type}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("buildings.device.noType") }}
        nothingFoundMessage={t("buildings.device.typeWrong")}
        error={isWrong("type") && t("buildings.device.typeWrong")}
        onChange={(type) => edit({ type })}
      />
      <TextInput
        label={t("buildings.device.product")}
        description={t("buildings.device.productLead")}
        value={draft.product_name ?? ""}
        maxLength={1000}
        error={isWrong("product_name") && t("buildings.device.nameWrong")}
        onChange={(event) => edit({ product_name: event.currentTarget.value })}
      />
      <SaveRefusal saving={saving} fields={pointers} />
      <div className="row-side">
        <Button type="submit" loading={saving.change.isPending}>
          {t(device ? (device.discovered ? "buildings.device.takeOver" : "buildings.save") : "buildings.addIt")}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </form>
  );
}

function RemoveForm({ household, device, onCancel, onSaved }: FormProps & { device: Device }) {
  const { t } = useTranslation();
  const saving = useSaving(household, { onFresh: () => {}, onSaved: () => onSaved(t("buildings.device.removed")) });
  const remove = () =>
    saving.save({ ...saving.read, devices: saving.read.devices.filter(({ id }) => id !== device.id) });
  return (
    <div className="form-column">
      <Text>{t("buildings.device.removeLead")}</Text>
      <SaveRefusal saving={saving} fields={[]} />
      <div className="row-side">
        <Button color="red.9" loading={saving.change.isPending} onClick={remove}>
          {t("buildings.device.remove")}
        </Button>
        <Button variant="default" onClick={onCancel} data-autofocus>
          {t("accounts.cancel")}
        </Button>
      </div>
    </div>
  );
}
