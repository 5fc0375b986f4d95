// Setting a new password by a mailed link.
import { Button, PasswordInput, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client, Refused } from "../../api/client";
import { FormRefusal } from "../../parts/FormRefusal";
import { OpenFrame } from "./OpenFrame";

export function NewPassword() {
  const { t } = useTranslation();
  const token = useLocation({ select: ({ hash }) => hash });
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: (password: string) => answer(client.PUT("/console/api/password-reset", { body: { token, password } })),
    // Whoever was signed in here is not any more.
    onSuccess: () => queries.resetQueries(),
  });
  if (set.isSuccess) {
    return (
      <OpenFrame title={t("newPassword.doneTitle")}>
        <Text role="status">{t("newPassword.done")}</Text>
        <Link to="/" className="text-link">
          {t("signIn.title")}
        </Link>
      </OpenFrame>
    );
  }
  if (!token || (set.error instanceof Refused && set.error.code === "not_found")) {
    return (
      <OpenFrame title={t("newPassword.overTitle")}>
        <Text role="alert">{t("newPassword.over")}</Text>
        <Link to="/forgotten-password" className="text-link">
          {t("newPassword.again")}
        </Link>
      </OpenFrame>
    );
  }
  return (
    <OpenFrame title={t("newPassword.title")} onSubmit={(fields) => set.mutate(String(fields.get("password")))}>
      {!isAbout(set.error, "/password") && <FormRefusal error={set.error} />}
      <PasswordInput
        label={t("accounts.newPassword")}
        description={t("accounts.passwordRule")}
        error={isAbout(set.error, "/password") && t("accounts.passwordRefused")}
        name="password"
        autoComplete="new-password"
        autoFocus
        required
        withAsterisk={false}
        size="md"
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show"), tabIndex: 0 }}
      />
      <Button type="submit" size="md" loading={set.isPending}>
        {t("newPassword.submit")}
      </Button>
    </OpenFrame>
  );
}
