// The browsers in which one is signed in.
import { Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Profile } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { FormRefusal } from "../../parts/FormRefusal";
import { Panel } from "../../parts/Panel";
import { Time } from "../../parts/Time";
import { browserName } from "./browserName";

export function Sessions({ sessions }: { sessions: Profile["sessions"] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => answer(client.DELETE("/console/api/profile/sessions")),
    onSuccess: () => {
      queries.setQueryData(sessionQuery.queryKey, null);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
    },
  });
  return (
    <Panel id="sessions-title" title={t("profile.sessions")}>
      <ul className="rows" aria-labelledby="sessions-title">
        {sessions.map((session, index) => (
          <li key={index} className="row">
            <div className="row-main">
              <Text fw={600}>
                {browserName(session.browser) ?? t("profile.unknownBrowser")}
                {session.isThisOne && ` (${t("profile.thisOne")})`}
              </Text>
              <Text c="dimmed" fz="sm" component="div">
                {t("profile.since")} <Time atMs={session.createdAtMs} />
              </Text>
            </div>
          </li>
        ))}
      </ul>
      <FormRefusal error={end.error} />
      <Button variant="default" mt="sm" loading={end.isPending} onClick={() => end.mutate()}>
        {t("profile.signOutEverywhere")}
      </Button>
    </Panel>
  );
}
