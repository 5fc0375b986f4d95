// Signing in. Shown in place of any page while nobody is signed in, so that a deep link survives it.
import type { TFunction } from "i18next";
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client, Refused, rememberCsrfToken } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { OpenFrame } from "./OpenFrame";

export function SignIn() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const password = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string; code: string }) =>
      answer(client.POST("/console/api/session", { body })),
    onSuccess: (session) => {
      rememberCsrfToken(session.csrfToken);
      queries.setQueryData(sessionQuery.queryKey, session);
    },
    onError: (error) => {
      if (!isAbout(error, "/code")) password.current?.select();
    },
  });
  const asked = isAbout(signIn.error, "/code") || Boolean(signIn.variables?.code);
  const isFirstAsking = isAbout(signIn.error, "/code") && !signIn.variables?.code;

  return (
    <OpenFrame
      title={t("signIn.title")}
      lead={t("signIn.lead")}
      onSubmit={(fields) =>
        signIn.mutate({
          email: String(fields.get("email")),
          password: String(fields.get("password")),
          code: String(fields.get("code") ?? ""),
        })
      }
    >
      {signIn.isError && !isFirstAsking && (
        <Alert role="alert" color="red" className="alert">
          {messageOf(signIn.error, t)}
        </Alert>
      )}
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
      <PasswordInput
        ref={password}
        label={t("signIn.password")}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        size="md"
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show"), tabIndex: 0 }}
      />
      {asked && (
        <TextInput
          label={t("secondFactor.code")}
          description={t("secondFactor.codeLead")}
          name="code"
          autoComplete="one-time-code"
          inputMode="numeric"
          autoFocus
          required
          withAsterisk={false}
          size="md"
        />
      )}
      <Button type="submit" size="md" loading={signIn.isPending}>
        {t("signIn.submit")}
      </Button>
      <Link to="/forgotten-password" className="text-link small">
        {t("forgotten.link")}
      </Link>
    </OpenFrame>
  );
}

function messageOf(error: Error, t: TFunction): string {
  if (error instanceof Refused && error.code === "too_many_requests") {
    return t("signIn.tooMany", { seconds: error.retryAfterSeconds ?? 60 });
  }
  if (isAbout(error, "/code")) return t("secondFactor.wrong");
  // An address that is no address at all is just as wrong.
  if (error instanceof Refused && (error.code === "unauthorized" || error.code === "invalid")) {
    return t("signIn.unauthorized");
  }
  return t("signIn.unreachable");
}
