// The clients with which the organisation's cloud uses the API: created, given another secret, revoked.
import { Skeleton, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type ApiClient, clientsQuery } from "../../api/organisation";
import { Broken } from "../../parts/Broken";
import { LinkButton } from "../../parts/LinkButton";
import { Time } from "../../parts/Time";
import { NewClient, NewSecret, Revocation } from "./ClientDialogs";

export function Clients() {
  const { t } = useTranslation();
  const { dialog, rotate, revoke } = useSearch({ from: "/settings/data" });
  const navigate = useNavigate({ from: "/settings/data" });
  const { data, isPending, refetch } = useQuery(clientsQuery);
  const close = () => void navigate({ search: {}, replace: true, resetScroll: false });
  const find = (id: string | undefined) =>
    data?.clients.find(({ clientId, revokedAtMs }) => clientId === id && revokedAtMs === null);
  return (
    <section className="panel" aria-labelledby="clients-title">
      <div className="rows-head">
        <div className="row-main">
          <Title order={2} id="clients-title" className="panel-title">
            {t("clients.title")}
          </Title>
          <Text c="dimmed" fz="sm">
            {t("clients.lead")}
          </Text>
        </div>
        {data && (
          <LinkButton
            to="/settings/data"
            search={{ dialog: "new" }}
            resetScroll={false}
            leftSection={<IconPlus size={17} aria-hidden />}
          >
            {t("clients.create")}
          </LinkButton>
        )}
      </div>
      {isPending && <Skeleton height={160} aria-hidden />}
      {!data && !isPending && <Broken text={t("clients.broken")} onAgain={refetch} isRow />}
      {data?.clients.length === 0 && (
        <div className="row">
          <Text>{t("clients.none")}</Text>
        </div>
      )}
      <ul className="rows" aria-labelledby="clients-title">
        {data?.clients.map((each) => (
          <ClientRow key={each.clientId} client={each} isAllScopes={each.scopes.length === data.scopes.length} />
        ))}
      </ul>
      {data && (
        <>
          <NewClient isOpen={dialog === "new"} scopes={data.scopes} onClose={close} />
          <NewSecret client={find(rotate)} onClose={close} />
          <Revocation client={find(revoke)} onClose={close} />
        </>
      )}
    </section>
  );
}

function ClientRow({ client, isAllScopes }: { client: ApiClient; isAllScopes: boolean }) {
  const { t } = useTranslation();
  const { clientId, scopes, createdAtMs, earlierSecretUntilMs, revokedAtMs } = client;
  return (
    <li className="row client" data-revoked={revokedAtMs !== null || undefined}>
      <div className="row-main">
        <Text fw={600} component="div" className="client-id">
          {clientId}
          {revokedAtMs !== null && <span className="badge">{t("clients.revoked")}</span>}
        </Text>
        <Text c="dimmed" fz="sm" component="div">
          {t(revokedAtMs === null ? "clients.created" : "clients.revokedAt")} <Time atMs={revokedAtMs ?? createdAtMs} />
        </Text>
        <Text fz="sm" component="div" className="scopes">
          {isAllScopes ? t("clients.allScopes") : scopes.map((scope) => <code key={scope}>{scope}</code>)}
        </Text>
        {revokedAtMs === null && earlierSecretUntilMs !== null && (
          <Text fz="sm" component="div" className="rotating">
            {t("clients.earlierUntil")} <Time atMs={earlierSecretUntilMs} />
          </Text>
        )}
      </div>
      {revokedAtMs === null && (
        <div className="row-side">
          <LinkButton
            to="/settings/data"
            search={{ rotate: clientId }}
            resetScroll={false}
            variant="default"
            aria-label={`${t("clients.rotate")}: ${clientId}`}
          >
            {t("clients.rotate")}
          </LinkButton>
          <LinkButton
            to="/settings/data"
            search={{ revoke: clientId }}
            resetScroll={false}
            variant="default"
            aria-label={`${t("clients.revoke")}: ${clientId}`}
          >
            {t("clients.revoke")}
          </LinkButton>
        </div>
      )}
    </li>
  );
}
