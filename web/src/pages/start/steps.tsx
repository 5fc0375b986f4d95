// What one does in each step. Forms are those of the settings; the rest happens in the customer's cloud, by lines to copy.
import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { fulfilmentQuery } from "../../api/fulfilment";
import type { Onboarding } from "../../api/onboarding";
import { clientsQuery, organisationQuery, type Secret } from "../../api/organisation";
import { predefinedQuery, worded } from "../../api/rules";
import { Broken } from "../../parts/Broken";
import { Commands } from "../../parts/Commands";
import { LinkButton } from "../../parts/LinkButton";
import { useSession } from "../../parts/session";
import { PredefinedCard } from "../catalogue/Catalogue";
import { addBuilding, getToken, postEvent } from "../home/commands";
import { NewClient } from "../settings/ClientDialogs";
import { EndpointForm } from "../settings/EndpointForm";
import { Absent, Health } from "../settings/Fulfilment";
import { Organisation } from "../settings/Organisation";
import { FreshSecret } from "../settings/SigningSecret";

export type { Secret };

// Of each kind one: what is there now, a report, and what has changed.
const PROPOSED = ["high-excess-energy-available", "daily-energy-report", "unusually-high-consumption"];

const Lead = ({ children }: { children: ReactNode }) => (
  <Text fz="sm" className="start-lead">
    {children}
  </Text>
);

export function OrganisationStep() {
  const { t } = useTranslation();
  const { data, isPending, refetch } = useQuery(organisationQuery);
  return (
    <>
      <Lead>{t("start.todo.organisation")}</Lead>
      {isPending && <Skeleton height={420} aria-hidden />}
      {!data && !isPending && <Broken text={t("data.broken")} onAgain={refetch} />}
      {data && <Organisation organisation={data} />}
    </>
  );
}

interface CloudProps {
  data: Onboarding;
  secret: Secret | null;
}

export function ClientStep({ data, secret, onSecret }: CloudProps & { onSecret: (secret: Secret) => void }) {
  const { t } = useTranslation();
  const { dialog } = useSearch({ from: "/start" });
  const navigate = useNavigate({ from: "/start" });
  const clients = useQuery(clientsQuery);
  const id = secret?.clientId ?? data.client?.clientId;
  const close = () => void navigate({ search: { step: "client" }, replace: true, resetScroll: false });
  return (
    <>
      <Lead>{t("start.todo.client")}</Lead>
      <div className="row-side">
        <LinkButton
          to="/start"
          search={{ step: "client", dialog: "new" }}
          resetScroll={false}
          variant={id ? "default" : "filled"}
        >
          {t(id ? "start.anotherClient" : "clients.create")}
        </LinkButton>
        <Link to="/settings/data" className="text-link small">
          {t("start.allClients")}
        </Link>
      </div>
      {id && (
        <>
          <Lead>{t(secret ? "start.secretFilledIn" : "start.secretToFillIn")}</Lead>
          <Commands text={getToken(window.location.origin, id, secret?.clientSecret)} />
        </>
      )}
      {clients.data && (
        <NewClient isOpen={dialog === "new"} scopes={clients.data.scopes} onClose={close} onMade={onSecret} />
      )}
    </>
  );
}

export function EventStep({ data, secret }: CloudProps) {
  const { t } = useTranslation();
  const { timeZoneId } = useSession();
  const origin = window.location.origin;
  const building = data.heard?.customerBuildingId ?? data.buildingId;
  const id = secret?.clientId ?? data.client?.clientId;
  return (
    <>
      <Lead>{t("start.todo.event")}</Lead>
      {secret && (
        <>
          <Lead>{t("start.again")}</Lead>
          <Commands text={getToken(origin, id, secret.clientSecret)} label={t("start.code.token")} />
        </>
      )}
      {building === null && (
        <>
          <Lead>{t("start.addFirst")}</Lead>
          <Commands text={addBuilding(origin, timeZoneId)} label={t("start.code.building")} />
        </>
      )}
      <Lead>{t("start.sendOne")}</Lead>
      <Commands text={postEvent(origin, building ?? undefined)} label={t("start.code.event")} />
      <Text fz="sm" component="div">
        {t("start.otherWays")}{" "}
        <Link to="/buildings" className="text-link">
          {t("buildings.title")}
        </Link>
        {", "}
        <Link to="/events/import" className="text-link">
          {t("events.import.title")}
        </Link>
        {", "}
        <Link to="/events" className="text-link">
          {t("events.title")}
        </Link>
      </Text>
    </>
  );
}

export function EndpointStep() {
  const { t } = useTranslation();
  const { auth } = useSearch({ from: "/start" });
  const navigate = useNavigate({ from: "/start" });
  const { data, isPending, refetch } = useQuery(fulfilmentQuery);
  const [fresh, setFresh] = useState<string | null>(null);
  if (isPending) return <Skeleton height={480} aria-hidden />;
  if (!data) return <Broken text={t("fulfilment.broken")} onAgain={refetch} />;
  return (
    <>
      <Lead>{t("start.todo.endpoint")}</Lead>
      {!data.endpoint && <Absent />}
      <EndpointForm
        endpoint={data.endpoint}
        onFirstSecret={setFresh}
        auth={auth}
        onAuth={(kind) =>
          void navigate({ search: { step: "endpoint", auth: kind }, replace: true, resetScroll: false })
        }
      />
      <div role="status">{fresh && <FreshSecret secret={fresh} />}</div>
      {data.endpoint && <Health endpoint={data.endpoint} state={data} />}
      <Text fz="sm" component="div">
        {t("start.otherChannels")}{" "}
        <Link to="/settings/fulfilment" className="text-link">
          {t("fulfilment.title")}
        </Link>
      </Text>
    </>
  );
}

export function RuleStep() {
  const { t, i18n } = useTranslation();
  const { data, isPending, refetch } = useQuery(predefinedQuery);
  const shown = PROPOSED.flatMap((file) => data?.filter((rule) => rule.file === file) ?? []);
  return (
    <>
      <Lead>{t("start.todo.rule")}</Lead>
      {isPending && <Skeleton height={440} aria-hidden />}
      {!data && !isPending && <Broken text={t("start.broken")} onAgain={refetch} />}
      <ul className="predefined">
        {shown.map((rule) => (
          <PredefinedCard key={rule.file} rule={worded(rule, i18n.language)} />
        ))}
      </ul>
      <Text fz="sm" component="div">
        <Link to="/rules/catalogue" className="text-link">
          {t("start.allPredefined", { count: data?.length ?? 0 })}
        </Link>
      </Text>
    </>
  );
}
