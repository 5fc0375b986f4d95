// Signing in. Shown in place of any page while nobody is signed in, so that a deep link survives it.
import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, Refused, rememberCsrfToken } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { LanguageMenu } from "../../parts/LanguageMenu";
import { SchemeMenu } from "../../parts/SchemeMenu";
import { Wordmark } from "../../parts/Wordmark";

export function SignIn() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const password = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => answer(client.POST("/console/api/session", { body })),
    onSuccess: (session) => {
      rememberCsrfToken(session.csrfToken);
      queries.setQueryData(sessionQuery.queryKey, session);
    },
    onError: () => password.current?.select(),
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    signIn.mutate({ email: String(fields.get("email")), password: String(fields.get("password")) });
  };

  return (
    <div className="sign-in">
      <Group className="sign-in-corner" gap={4}>
        <LanguageMenu />
        <SchemeMenu />
      </Group>
      <main className="sign-in-main">
        <Wordmark size={34} />
        <Paper className="panel sign-in-panel" component="form" onSubmit={submit}>
          <Stack gap="md">
            <div>
              <Title order={1} fz={22}>
                {t("signIn.title")}
              </Title>
              <Text c="dimmed" fz="sm" mt={4}>
                {t("signIn.lead")}
              </Text>
            </div>
            {signIn.isError && (
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
            <Button type="submit" size="md" loading={signIn.isPending}>
              {t("signIn.submit")}
            </Button>
          </Stack>
        </Paper>
      </main>
    </div>
  );
}

function messageOf(error: Error, t: ReturnType<typeof useTranslation>["t"]): string {
  if (error instanceof Refused && error.code === "too_many_requests") {
    return t("signIn.tooMany", { seconds: error.retryAfterSeconds ?? 60 });
  }
  // An address that is no address at all is just as wrong.
  if (error instanceof Refused && (error.code === "unauthorized" || error.code === "invalid")) {
    return t("signIn.unauthorized");
  }
  return t("signIn.unreachable");
}
