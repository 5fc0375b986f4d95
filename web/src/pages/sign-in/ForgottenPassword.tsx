// Asking for a link that sets a new password. What is said never depends on whose address it is.
import { Button, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, client } from "../../api/client";
import { FormRefusal } from "../../parts/FormRefusal";
import { OpenFrame } from "./OpenFrame";

export function ForgottenPassword() {
  const { t } = useTranslation();
  const ask = useMutation({
    mutationFn: (email: string) => answer(client.POST("/console/api/password-reset", { body: { email } })),
  });
  const back = (
    <Link to="/" className="text-link small">
      {t("forgotten.back")}
    </Link>
  );
  if (ask.isSuccess) {
    return (
      <OpenFrame title={t("forgotten.sentTitle")}>
        <Text role="status">{t("forgotten.sent", { email: ask.variables })}</Text>
        {back}
      </OpenFrame>
    );
  }
  return (
    <OpenFrame
      title={t("forgotten.title")}
      lead={t("forgotten.lead")}
      onSubmit={(fields) => ask.mutate(String(fields.get("email")))}
    >
      <FormRefusal error={ask.error} own={{ unavailable: t("forgotten.noMail") }} />
      <TextInput
        label={t("signIn.email")}
        name="email"
        type="email"
        autoComplete="username"
        inputMode="email"
        autoFocus
        required
        withAsterisk={false}
        size="md"
      />
      <Button type="submit" size="md" loading={ask.isPending}>
        {t("forgotten.submit")}
      </Button>
      {back}
    </OpenFrame>
  );
}
