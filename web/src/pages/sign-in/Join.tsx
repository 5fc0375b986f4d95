// Accepting an invitation by a mailed link: name, password, and one is in.
import { Button, PasswordInput, Skeleton, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client, Refused, rememberCsrfToken } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { FormRefusal } from "../../parts/FormRefusal";
import { suggestLanguage } from "../../texts";
import { OpenFrame } from "./OpenFrame";

export function Join() {
  const { t } = useTranslation();
  const token = useLocation({ select: ({ hash }) => hash });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const invited = useQuery({
    queryKey: ["invited", token],
    enabled: token !== "",
    queryFn: () => answer(client.POST("/console/api/invitation/look", { body: { token } })),
  });
  const language = invited.data?.language;
  useEffect(() => {
    if (language) suggestLanguage(language);
  }, [language]);
  const join = useMutation({
    mutationFn: (body: { name: string; password: string }) =>
      answer(client.POST("/console/api/invitation", { body: { token, ...body } })),
    onSuccess: async (session) => {
      // Nothing stays behind of whoever was signed in here before.
      queries.clear();
      rememberCsrfToken(session.csrfToken);
      queries.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: "/", replace: true });
    },
  });

  const failed = join.error ?? invited.error;
  if (!token || (failed instanceof Refused && (failed.code === "not_found" || failed.code === "conflict"))) {
    return (
      <OpenFrame title={t("join.overTitle")}>
        <Text role="alert">
          {t(failed instanceof Refused && failed.code === "conflict" ? "join.taken" : "join.over")}
        </Text>
        <Link to="/" className="text-link">
          {t("signIn.title")}
        </Link>
      </OpenFrame>
    );
  }
  if (!invited.data) {
    return (
      <OpenFrame title={t("join.title")}>
        <FormRefusal error={invited.error} />
        {invited.isPending && <Skeleton height={180} />}
      </OpenFrame>
    );
  }
  return (
    <OpenFrame
      title={t("join.titleOf", { customer: invited.data.customerName })}
      lead={t("join.lead", { role: t(`roles.${invited.data.role}`) })}
      onSubmit={(fields) => join.mutate({ name: String(fields.get("name")), password: String(fields.get("password")) })}
    >
      {!isAbout(join.error, "/password") && <FormRefusal error={join.error} />}
      <TextInput
        label={t("signIn.email")}
        name="username"
        value={invited.data.email}
        autoComplete="username"
        readOnly
        size="md"
      />
      <TextInput
        label={t("accounts.name")}
        name="name"
        autoComplete="name"
        maxLength={200}
        autoFocus
        required
        withAsterisk={false}
        size="md"
      />
      <PasswordInput
        label={t("signIn.password")}
        description={t("accounts.passwordRule")}
        error={isAbout(join.error, "/password") && t("accounts.passwordRefused")}
        name="password"
        autoComplete="new-password"
        required
        withAsterisk={false}
        size="md"
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show"), tabIndex: 0 }}
      />
      <Button type="submit" size="md" loading={join.isPending}>
        {t("join.submit")}
      </Button>
    </OpenFrame>
  );
}
