// The frame of what is shown to whoever is not signed in: one panel.
import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { LanguageMenu } from "../../parts/LanguageMenu";
import { SchemeMenu } from "../../parts/SchemeMenu";
import { Wordmark } from "../../parts/Wordmark";

interface OpenFrameProps {
  title: string;
  lead?: string | undefined;
  onSubmit?: ((fields: FormData) => void) | undefined;
  children?: ReactNode;
}

export function OpenFrame({ title, lead, onSubmit, children }: OpenFrameProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit?.(new FormData(event.currentTarget));
  };
  const content = (
    <Stack gap="md">
      <div>
        <Title order={1} fz={22}>
          {title}
        </Title>
        {lead && (
          <Text c="dimmed" fz="sm" mt={4}>
            {lead}
          </Text>
        )}
      </div>
      {children}
    </Stack>
  );
  return (
    <div className="sign-in">
      <Group className="sign-in-corner" gap={4}>
        <LanguageMenu />
        <SchemeMenu />
      </Group>
      <main className="sign-in-main">
        <Wordmark size={34} />
        {onSubmit ? (
          <Paper className="panel sign-in-panel" component="form" onSubmit={submit}>
            {content}
          </Paper>
        ) : (
          <Paper className="panel sign-in-panel">{content}</Paper>
        )}
      </main>
    </div>
  );
}
