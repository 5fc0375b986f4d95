// One's own profile: name and language, password, second factor, where one is signed in.
import { Button, NativeSelect, PasswordInput, Skeleton, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isAbout, type Profile as OwnProfile, profileQuery } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { Done } from "../../parts/Done";
import { Panel } from "../../parts/Panel";
import { FormRefusal } from "../../parts/FormRefusal";
import { chooseLanguage, type Language, LANGUAGES, OWN_NAMES } from "../../texts";
import "../settings/settings.css";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

export function Profile() {
  const { t } = useTranslation();
  const { data, isPending, refetch } = useQuery(profileQuery);
  return (
    <>
      <Title order={1} fz="h3">
        {t("profile.title")}
      </Title>
      {isPending && <Skeleton height={320} aria-hidden />}
      {!data && !isPending && <Broken text={t("profile.broken")} onAgain={refetch} />}
      {data && (
        <>
          <Person profile={data} />
          <Password />
          <SecondFactor profile={data} />
          <Sessions sessions={data.sessions} />
        </>
      )}
    </>
  );
}

function Person({ profile }: { profile: OwnProfile }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { name: string; language: Language }) => answer(client.PUT("/console/api/profile", { body })),
    onSuccess: async (_done, { language }) => {
      chooseLanguage(language);
      await Promise.all([profileQuery, sessionQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey })));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    change.mutate({ name: String(fields.get("name")), language: fields.get("language") as Language });
  };
  return (
    <Panel id="person-title" title={t("profile.person")}>
      <form className="form-column" onSubmit={submit}>
        <TextInput label={t("signIn.email")} value={profile.email} readOnly />
        <TextInput
          label={t("accounts.name")}
          name="name"
          autoComplete="name"
          defaultValue={profile.name}
          maxLength={200}
          required
          withAsterisk={false}
        />
        <NativeSelect
          label={t("language")}
          name="language"
          defaultValue={profile.language}
          data={LANGUAGES.map((language) => ({ value: language, label: OWN_NAMES[language] }))}
        />
        <Text c="dimmed" fz="sm">
          {t("members.role")}: {t(`roles.${profile.role}`)}
        </Text>
        <FormRefusal error={change.error} />
        <Done text={change.isSuccess && t("profile.saved")} />
        <Button type="submit" loading={change.isPending}>
          {t("profile.save")}
        </Button>
      </form>
    </Panel>
  );
}

function Password() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: (body: { present: string; password: string }) =>
      answer(client.PUT("/console/api/profile/password", { body })),
    onSuccess: async () => {
      form.current?.reset();
      await queries.invalidateQueries({ queryKey: profileQuery.queryKey });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    change.mutate({ present: String(fields.get("present")), password: String(fields.get("password")) });
  };
  const isFieldWrong = isAbout(change.error, "/present") || isAbout(change.error, "/password");
  return (
    <Panel id="password-title" title={t("signIn.password")}>
      <form ref={form} className="form-column" onSubmit={submit}>
        <PresentPassword error={change.error} />
        <PasswordInput
          label={t("accounts.newPassword")}
          description={t("accounts.passwordRule")}
          error={isAbout(change.error, "/password") && t("accounts.passwordRefused")}
          name="password"
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.show"), tabIndex: 0 }}
        />
        {!isFieldWrong && <FormRefusal error={change.error} />}
        <Done text={change.isSuccess && t("profile.passwordChanged")} />
        <Button type="submit" loading={change.isPending}>
          {t("profile.changePassword")}
        </Button>
      </form>
    </Panel>
  );
}

/** What proves that it is the member who sits there. */
export function PresentPassword({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      label={t("profile.present")}
      error={isAbout(error, "/present") && t("profile.presentWrong")}
      name="present"
      autoComplete="current-password"
      required
      withAsterisk={false}
      visibilityToggleButtonProps={{ "aria-label": t("signIn.show"), tabIndex: 0 }}
    />
  );
}
