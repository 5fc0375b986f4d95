import { Group, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconLifebuoy, IconListCheck, IconLogout, IconSettings, IconUser, IconUserCircle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, client, Refused } from "../api/client";
import type { Connection } from "../api/live";
import { sessionQuery } from "../api/queries";
import { ConnectionState } from "./ConnectionState";
import { HelpLink } from "./help/HelpLink";
import { LanguageMenu } from "./LanguageMenu";
import { MainNav } from "./MainNav";
import { PaletteButton } from "./palette/PaletteButton";
import { SchemeMenu } from "./SchemeMenu";
import { useAllowed, useSession } from "./session";
import { usePageAddress } from "./usePageAddress";
import { Wordmark } from "./Wordmark";

export function TopBar({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  const session = useSession();
  const hasSettings = useAllowed("admin:users");
  const queries = useQueryClient();
  const here = usePageAddress();
  const signOut = useMutation({
    mutationFn: () => answer(client.DELETE("/console/api/session")),
    onSettled: (_done, error) => {
      if (error && !(error instanceof Refused && error.code === "unauthorized")) return;
      // Nothing of this customer stays behind for whoever signs in next.
      queries.setQueryData(sessionQuery.queryKey, null);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
    },
  });
  return (
    <header className="top-bar">
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <Group className="page-width" justify="space-between" wrap="nowrap" gap="xs" h="100%">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Wordmark />
          <Text component="span" className="customer-name" truncate>
            {session.customerName}
          </Text>
          <MainNav />
        </Group>
        <Group gap={4} wrap="nowrap">
          <ConnectionState connection={connection} />
          <PaletteButton />
          <HelpLink />
          <LanguageMenu />
          <SchemeMenu />
          <Menu position="bottom-end" width={240}>
            <Menu.Target>
              <UnstyledButton className="bar-button" aria-label={t("account.menu", { name: session.memberName })}>
                <IconUserCircle size={20} aria-hidden />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <div className="account">
                <Text fw={600} fz="sm" truncate>
                  {session.memberName}
                </Text>
                <Text c="dimmed" fz="xs" truncate>
                  {session.email}
                </Text>
                <Text c="dimmed" fz="xs" truncate>
                  {session.customerName}
                </Text>
              </div>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconUser size={16} aria-hidden />}
                renderRoot={(props) => <Link to="/profile" {...props} />}
              >
                {t("profile.title")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconListCheck size={16} aria-hidden />}
                renderRoot={(props) => <Link to="/start" {...props} />}
              >
                {t("start.title")}
              </Menu.Item>
              {hasSettings && (
                <Menu.Item
                  leftSection={<IconSettings size={16} aria-hidden />}
                  renderRoot={(props) => <Link to="/settings" {...props} />}
                >
                  {t("settings.title")}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<IconLifebuoy size={16} aria-hidden />}
                renderRoot={(props) => <Link to="/support" search={{ from: here }} {...props} />}
              >
                {t("support.title")}
              </Menu.Item>
              <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
                {t("account.signOut")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
    </header>
  );
}
