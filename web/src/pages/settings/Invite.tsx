// Inviting a person by mail.
import { Alert, Button, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isAbout, membersQuery, type Role, ROLES } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { FormRefusal } from "../../parts/FormRefusal";
import { type Language, LANGUAGES, OWN_NAMES } from "../../texts";

export function Invite({ canInvite }: { canInvite: boolean }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const invite = useMutation({
    mutationFn: (body: { email: string; role: Role; language: Language }) =>
      answer(client.POST("/console/api/members/invitations", { body })),
    onSuccess: () => form.current?.reset(),
    // Also when the mail was not taken: the invitation waits in the list.
    onSettled: () => queries.invalidateQueries({ queryKey: membersQuery.queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    invite.mutate({
      email: String(fields.get("email")),
      role: fields.get("role") as Role,
      language: fields.get("language") as Language,
    });
  };
  return (
    <section className="panel form-panel" aria-labelledby="invite-title">
      <Title order={2} id="invite-title" className="panel-title" mb="sm">
        {t("members.invite")}
      </Title>
      {!canInvite && <Text>{t("members.noMail")}</Text>}
      {canInvite && (
        <form ref={form} onSubmit={submit} className="form-row">
          <TextInput
            label={t("signIn.email")}
            name="email"
            type="email"
            autoComplete="off"
            error={isAbout(invite.error, "/email") && t("members.noAddress")}
            required
            withAsterisk={false}
          />
          <NativeSelect
            label={t("members.role")}
            name="role"
            data={ROLES.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
          />
          <NativeSelect
            label={t("language")}
            name="language"
            defaultValue={i18n.language}
            data={LANGUAGES.map((language) => ({ value: language, label: OWN_NAMES[language] }))}
          />
          <Button type="submit" loading={invite.isPending}>
            {t("members.send")}
          </Button>
        </form>
      )}
      <div role="status">
        {invite.isSuccess && (
          <Alert color="green" className="notice" mt="sm">
            {t("members.sent", { email: invite.variables.email })}
          </Alert>
        )}
      </div>
      {!isAbout(invite.error, "/email") && (
        <FormRefusal
          error={invite.error}
          own={{ conflict: t("members.isMember"), unavailable: t("members.notSent") }}
        />
      )}
    </section>
  );
}
