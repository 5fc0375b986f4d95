// Id, name, languages and time zone; and what follows for rules that lack a text.
import { Button, MultiSelect, Select, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { type Organisation as Shown, organisationQuery } from "../../api/organisation";
import { sessionQuery } from "../../api/queries";
import { useSave } from "../../api/useSave";
import { CopyValue } from "../../parts/CopyValue";
import { Done } from "../../parts/Done";
import { FormRefusal } from "../../parts/FormRefusal";
import { languageName } from "../../parts/formats";
import { Panel } from "../../parts/Panel";

const ZONES = Intl.supportedValuesOf("timeZone");
const MOST_NAMED = 5;

export function Organisation({ organisation }: { organisation: Shown }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState(organisation.name);
  const [languages, setLanguages] = useState(organisation.languages);
  const [timeZoneId, setTimeZoneId] = useState(organisation.timeZoneId);
  const change = useSave({
    mutationFn: () => answer(client.PUT("/console/api/organisation", { body: { name, languages, timeZoneId } })),
    onSuccess: () =>
      Promise.all([organisationQuery, sessionQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey }))),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate();
  };
  const edit = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      change.forget();
      set(value);
    };
  };
  const dropped = organisation.languages.filter((language) => !languages.includes(language));
  const isFieldWrong = ["/name", "/languages", "/timeZoneId"].some((field) => isAbout(change.error, field));
  return (
    <Panel id="organisation-title" title={t("data.organisation")}>
      <form className="form-column" onSubmit={submit}>
        <CopyValue label={t("data.id")} value={organisation.customerId} description={t("data.idLead")} />
        <TextInput
          label={t("accounts.name")}
          value={name}
          onChange={(event) => edit(setName)(event.currentTarget.value)}
          error={isAbout(change.error, "/name") && t("data.nameWrong")}
          autoComplete="organization"
          maxLength={200}
          required
          withAsterisk={false}
        />
        <MultiSelect
          label={t("data.languages")}
          description={t("data.languagesLead")}
          data={organisation.offeredLanguages.map(({ language }) => ({
            value: language,
            label: languageName(language, i18n.language),
          }))}
          value={languages}
          onChange={edit(setLanguages)}
          error={(languages.length === 0 || isAbout(change.error, "/languages")) && t("data.noLanguage")}
          nothingFoundMessage={t("data.noSuchLanguage")}
          searchable
          hidePickedOptions
        />
        <div className="consequences" role="status">
          {organisation.offeredLanguages
            .filter(({ language, rulesWithout }) => languages.includes(language) && rulesWithout.length > 0)
            .map(({ language, rulesWithout }) => (
              <Text key={language} fz="sm" component="p">
                <strong>
                  {t("data.without", { count: rulesWithout.length, language: languageName(language, i18n.language) })}
                </strong>{" "}
                {rulesWithout.slice(0, MOST_NAMED).map(({ id, name: rule }, index) => (
                  <span key={id}>
                    {index > 0 && ", "}
                    <Link to="/rules/$ruleId" params={{ ruleId: id }} className="text-link">
                      {rule}
                    </Link>
                  </span>
                ))}
                {rulesWithout.length > MOST_NAMED && " …"} {t("data.withoutLead", { count: rulesWithout.length })}
              </Text>
            ))}
          {dropped.length > 0 && (
            <Text fz="sm" component="p">
              {t("data.dropped", {
                languages: dropped.map((language) => languageName(language, i18n.language)).join(", "),
              })}
            </Text>
          )}
        </div>
        <Select
          label={t("data.timeZone")}
          description={t("data.timeZoneLead")}
          data={ZONES.includes(organisation.timeZoneId) ? ZONES : [organisation.timeZoneId, ...ZONES]}
          value={timeZoneId}
          onChange={(zone) => zone && edit(setTimeZoneId)(zone)}
          error={isAbout(change.error, "/timeZoneId") && t("data.noZone")}
          nothingFoundMessage={t("data.noZone")}
          limit={100}
          searchable
          allowDeselect={false}
        />
        {!isFieldWrong && <FormRefusal error={change.error} />}
        <Done text={change.isSuccess && t("profile.saved")} />
        <Button type="submit" loading={change.isPending} disabled={languages.length === 0}>
          {t("data.saveOrganisation")}
        </Button>
      </form>
    </Panel>
  );
}
