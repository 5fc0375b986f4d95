// Why a building was not saved, where no field says it: another's change in between, or what the server found.
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { Refused } from "../../api/client";
import { FormRefusal } from "../../parts/FormRefusal";
import { Refusal } from "../../parts/Refusal";
import type { Saving } from "./useSaving";

/** `fields`: the pointers at which the form itself says what is wrong. */
export function SaveRefusal({ saving: { change, loadAnew }, fields }: { saving: Saving; fields: string[] }) {
  const { t } = useTranslation();
  const { error } = change;
  if (!error || fields.some((field) => isAbout(error, field))) return null;
  if (error instanceof Refused && error.code === "precondition_failed") {
    return <FormRefusal error={error} own={{ precondition_failed: t("buildings.conflict") }} onLoadAnew={loadAnew} />;
  }
  return <Refusal error={error} />;
}
