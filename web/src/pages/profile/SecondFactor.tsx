// The second factor: codes of an authenticator app.
import { Button, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { isAbout, type Profile, profileQuery } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { FormRefusal } from "../../parts/FormRefusal";
import { Panel } from "../../parts/Panel";
import { PresentPassword } from "./Profile";

export function SecondFactor({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  return (
    <Panel id="factor-title" title={t("secondFactor.title")}>
      {profile.hasSecondFactor ? <Present /> : <Absent />}
    </Panel>
  );
}

function Absent() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const begin = useMutation({ mutationFn: () => answer(client.POST("/console/api/profile/second-factor")) });
  const add = useMutation({
    mutationFn: (body: { secret: string; code: string; present: string }) =>
      answer(client.PUT("/console/api/profile/second-factor", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: profileQuery.queryKey }),
  });
  const fresh = begin.data;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    if (!fresh) return;
    add.mutate({ secret: fresh.secret, code: String(fields.get("code")), present: String(fields.get("present")) });
  };
  if (!fresh) {
    return (
      <div className="form-column">
        <Text>{t("secondFactor.lead")}</Text>
        <FormRefusal error={begin.error} />
        <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
          {t("secondFactor.begin")}
        </Button>
      </div>
    );
  }
  const isFieldWrong = isAbout(add.error, "/code") || isAbout(add.error, "/present");
  return (
    <form className="form-column" onSubmit={submit}>
      <Text>{t("secondFactor.scan")}</Text>
      <img className="picture" src={fresh.picture} alt={t("secondFactor.picture")} />
      <Text fz="sm">
        {t("secondFactor.byHand")} <code className="secret">{fresh.secret}</code>
      </Text>
      <TextInput
        label={t("secondFactor.code")}
        description={t("secondFactor.codeLead")}
        error={isAbout(add.error, "/code") && t("secondFactor.wrong")}
        name="code"
        autoComplete="one-time-code"
        inputMode="numeric"
        autoFocus
        required
        withAsterisk={false}
      />
      <PresentPassword error={add.error} />
      {!isFieldWrong && <FormRefusal error={add.error} />}
      <Button type="submit" loading={add.isPending}>
        {t("secondFactor.add")}
      </Button>
    </form>
  );
}

function Present() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: (present: string) =>
      answer(client.POST("/console/api/profile/second-factor/removal", { body: { present } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: profileQuery.queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    remove.mutate(String(new FormData(event.currentTarget).get("present")));
  };
  return (
    <form className="form-column" onSubmit={submit}>
      <Text role="status">{t("secondFactor.isOn")}</Text>
      <PresentPassword error={remove.error} />
      {!isAbout(remove.error, "/present") && <FormRefusal error={remove.error} />}
      <Button type="submit" variant="default" loading={remove.isPending}>
        {t("secondFactor.remove")}
      </Button>
    </form>
  );
}
