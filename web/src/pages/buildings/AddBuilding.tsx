// The dialog that adds a home, and goes to its page.
import { Button, Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, Refused } from "../../api/client";
import { api } from "../../api/public";
import { useSave } from "../../api/useSave";
import { FormRefusal } from "../../parts/FormRefusal";
import { type Place, PlaceFields } from "./PlaceFields";

const NOWHERE: Place = { zip: null, city: null, countryCode: null, timeZoneId: null, kwp: null };
const ID = /^[a-zA-Z0-9:._-]{1,100}$/;

export function AddBuilding({ isOpen }: { isOpen: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/buildings" });
  const close = () =>
    void navigate({ search: (before) => ({ ...before, dialog: undefined }), replace: true, resetScroll: false });
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={t("buildings.add")}
      closeButtonProps={{ "aria-label": t("accounts.cancel") }}
    >
      <AddForm onCancel={close} />
    </Modal>
  );
}

function AddForm({ onCancel }: { onCancel: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [place, setPlace] = useState(NOWHERE);
  const add = useSave({
    mutationFn: () => answer(api.POST("/buildings/v1", { body: { customerBuildingId: id, ...place } as never })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["buildings"] });
      await navigate({ to: "/buildings/$buildingId", params: { buildingId: id } });
    },
  });
  const isTaken = add.error instanceof Refused && add.error.code === "conflict";
  const isWrongId = id !== "" && !ID.test(id);
  const isFieldWrong = ["/customerBuildingId", "/countryCode", "/kwp", "/timeZoneId"].some((field) =>
    isAbout(add.error, field),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isWrongId) add.mutate();
  };
  return (
    <form className="form-column" onSubmit={submit} onChange={add.forget}>
      <TextInput
        label={t("buildings.field.id")}
        description={t("buildings.field.idLead")}
        value={id}
        maxLength={100}
        required
        withAsterisk={false}
        autoComplete="off"
        data-autofocus
        onChange={(event) => setId(event.currentTarget.value.trim())}
        error={
          isWrongId || isAbout(add.error, "/customerBuildingId")
            ? t("buildings.field.idWrong")
            : isTaken && t("buildings.field.idTaken")
        }
      />
      <PlaceFields place={place} onChange={(patch) => setPlace({ ...place, ...patch })} error={add.error} />
      {!isFieldWrong && !isTaken && <FormRefusal error={add.error} />}
      <div className="row-side">
        <Button type="submit" loading={add.isPending}>
          {t("buildings.addIt")}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </form>
  );
}
