// Where notifications are posted to, how we authenticate there, and how fast. The chosen kind stands in the address.
import { Button, NativeSelect, PasswordInput, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client } from "../../api/client";
import {
  type Authentication,
  type Endpoint,
  type EndpointChange,
  fulfilmentQuery,
  type Kind,
  KINDS,
} from "../../api/fulfilment";
import { useSave } from "../../api/useSave";
import { FormRefusal } from "../../parts/FormRefusal";
import { exactTime } from "../../parts/formats";
import { Done } from "../../parts/Done";
import { Panel } from "../../parts/Panel";
import { useSession } from "../../parts/session";
import { PaceField } from "./PaceField";
import { keepsCredential } from "./credential";
import { useRead } from "./useRead";

const FIELDS = ["url", "user", "header", "tokenUrl", "clientId", "scope", "credential", "requestsPerSecond"] as const;
type Field = (typeof FIELDS)[number];
const ABOUT: Record<Field, string[]> = {
  url: ["/url"],
  user: ["/authentication/user", "/authentication/basic/user"],
  header: ["/authentication/header", "/authentication/apiToken/header"],
  tokenUrl: ["/authentication/tokenUrl", "/authentication/oauth/tokenUrl"],
  clientId: ["/authentication/clientId", "/authentication/oauth/clientId"],
  scope: ["/authentication/scope", "/authentication/oauth/scope"],
  credential: ["/credential"],
  requestsPerSecond: ["/requestsPerSecond"],
};

interface Props {
  endpoint: Endpoint | null;
  onFirstSecret: (secret: string) => void;
  /** The chosen kind, as the page's address has it; none: what is saved. */
  auth: Kind | undefined;
  /** `insteadOf`: only where this one is still chosen. */
  onAuth: (auth: Kind | undefined, insteadOf?: Kind) => void;
}

export function EndpointForm({ endpoint, ...rest }: Props) {
  const { read, round, ...on } = useRead(endpoint, (fresh) => fresh.endpoint);
  const onLoadAnew = async () => {
    await on.onLoadAnew();
    rest.onAuth(undefined);
  };
  return <Filled key={round} endpoint={read} {...rest} onSaved={on.onSaved} onLoadAnew={onLoadAnew} />;
}

interface FilledProps extends Props {
  onSaved: (saved: Endpoint) => void;
  onLoadAnew: () => Promise<void>;
}

function Filled({ endpoint, onFirstSecret, auth, onAuth, onSaved, onLoadAnew }: FilledProps) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const { timeZoneId } = useSession();
  const saved = endpoint?.authentication;
  const kind = auth ?? saved?.kind ?? "none";
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [tokenUrl, setTokenUrl] = useState(saved?.kind === "oauth" ? saved.tokenUrl : "");
  const [credential, setCredential] = useState("");
  const save = useSave({
    mutationFn: (body: EndpointChange) => answer(client.PUT("/console/api/fulfilment/endpoint", { body })),
    onSuccess: async ({ endpoint: stored, signingSecret }, { authentication: { kind: sent } }) => {
      setCredential("");
      onSaved(stored);
      if (signingSecret) onFirstSecret(signingSecret);
      await queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey });
      onAuth(undefined, sent);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: Field) => String(fields.get(name) ?? "").trim();
    const limit = text("requestsPerSecond");
    save.mutate({
      url: text("url"),
      authentication: authentication(kind, text),
      credential: credential || null,
      requestsPerSecond: limit ? Number(limit) : null,
      version: endpoint?.version ?? "",
    });
  };
  const wrong = (field: Field) =>
    ABOUT[field].some((pointer) => isAbout(save.error, pointer)) && t(`fulfilment.wrong.${field}`);
  const isKept = keepsCredential(endpoint, url, kind, tokenUrl);
  const isDropped = !isKept && endpoint?.credentialSetAtMs != null;
  const since = endpoint?.credentialSetAtMs && exactTime(endpoint.credentialSetAtMs, i18n.language, timeZoneId);
  return (
    <Panel id="endpoint-title" title={t("fulfilment.endpoint")}>
      <form className="form-column wide" onSubmit={submit} onChange={save.forget} noValidate>
        <TextInput
          label={t("fulfilment.url")}
          name="url"
          type="url"
          placeholder="https://hooks.example.com/hearth"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={wrong("url")}
          autoComplete="off"
          spellCheck={false}
        />
        <NativeSelect
          label={t("fulfilment.authentication")}
          description={t(`fulfilment.kindLead.${kind}`)}
          value={kind}
          onChange={(event) => onAuth(event.currentTarget.value as Kind)}
          data={KINDS.map((each) => ({ value: each, label: t(`fulfilment.kind.${each}`) }))}
        />
        {kind === "basic" && (
          <TextInput
            label={t("fulfilment.user")}
            name="user"
            defaultValue={saved?.kind === "basic" ? saved.user : ""}
            error={wrong("user")}
            autoComplete="off"
          />
        )}
        {kind === "apiToken" && (
          <TextInput
            label={t("fulfilment.header")}
            name="header"
            placeholder="X-Api-Key"
            defaultValue={saved?.kind === "apiToken" ? saved.header : ""}
            error={wrong("header")}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        {kind === "oauth" && (
          <>
            <TextInput
              label={t("fulfilment.tokenUrl")}
              name="tokenUrl"
              type="url"
              placeholder="https://login.example.com/oauth/token"
              value={tokenUrl}
              onChange={(event) => setTokenUrl(event.currentTarget.value)}
              error={wrong("tokenUrl")}
              autoComplete="off"
              spellCheck={false}
            />
            <TextInput
              label={t("fulfilment.clientId")}
              name="clientId"
              defaultValue={saved?.kind === "oauth" ? saved.clientId : ""}
              error={wrong("clientId")}
              autoComplete="off"
              spellCheck={false}
            />
          </>
        )}
        {kind !== "none" && (
          <PasswordInput
            label={t(`fulfilment.credential.${kind}`)}
            description={
              isKept
                ? t("fulfilment.kept", { since })
                : isDropped
                  ? t("fulfilment.dropped")
                  : t("fulfilment.neverShown")
            }
            value={credential}
            onChange={(event) => setCredential(event.currentTarget.value)}
            error={wrong("credential")}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
          />
        )}
        {kind === "oauth" && (
          <TextInput
            label={t("fulfilment.scope")}
            name="scope"
            defaultValue={saved?.kind === "oauth" ? saved.scope : ""}
            error={wrong("scope")}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        {kind === "none" && isDropped && (
          <Text c="dimmed" fz="sm">
            {t("fulfilment.droppedByNone")}
          </Text>
        )}
        {kind !== "none" && url.startsWith("http://") && (
          <Text fz="sm" className="failures">
            {t("fulfilment.unprotected")}
          </Text>
        )}
        <PaceField
          label={t("fulfilment.throttle")}
          description={t("fulfilment.throttleLead")}
          requestsPerSecond={endpoint?.requestsPerSecond}
          error={wrong("requestsPerSecond")}
        />
        {!FIELDS.some(wrong) && <FormRefusal error={save.error} onLoadAnew={onLoadAnew} />}
        <Done text={save.isSuccess && t("fulfilment.saved")} />
        <Button type="submit" loading={save.isPending}>
          {t("profile.save")}
        </Button>
      </form>
    </Panel>
  );
}

function authentication(kind: Kind, text: (field: Field) => string): Authentication {
  switch (kind) {
    case "basic":
      return { kind, user: text("user") };
    case "apiToken":
      return { kind, header: text("header") };
    case "oauth":
      return { kind, tokenUrl: text("tokenUrl"), clientId: text("clientId"), scope: text("scope") };
    default:
      return { kind };
  }
}
