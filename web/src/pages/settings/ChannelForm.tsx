// One channel: where it sends, over which server, with which secret; tried and removed in place.
import { Alert, Button, Checkbox, Modal, NativeSelect, PasswordInput, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, Refused } from "../../api/client";
import { type Channel, type ChannelChange, type ChannelKind, fulfilmentQuery, type Way } from "../../api/fulfilment";
import { useSave } from "../../api/useSave";
import { Done } from "../../parts/Done";
import { FormRefusal } from "../../parts/FormRefusal";
import { exactTime, number } from "../../parts/formats";
import { useSession } from "../../parts/session";
import { Failure } from "./Failure";
import { PaceField } from "./PaceField";
import { TestButton } from "./TestButton";
import { useRead } from "./useRead";

const FIELDS = {
  name: ["/name"],
  recipients: ["/way/recipients"],
  sender: ["/way/sender"],
  host: ["/way/host", "/way/server/host"],
  port: ["/way/port", "/way/server/port"],
  user: ["/way/user", "/way/server/user"],
  topic: ["/way/topic"],
  credential: ["/credential"],
  requestsPerSecond: ["/requestsPerSecond"],
} as const;
type Field = keyof typeof FIELDS;

interface Props {
  kind: ChannelKind;
  channel: Channel | null;
  hasMailServer: boolean;
  onClose: () => void;
}

export function ChannelForm({ channel, ...rest }: Props) {
  const { read, round, ...on } = useRead(channel, (fresh) => fresh.channels.find(({ id }) => id === channel?.id));
  return <Filled key={round} channel={read} {...rest} {...on} />;
}

interface FilledProps extends Props {
  onSaved: (saved: Channel) => void;
  onLoadAnew: () => Promise<void>;
}

function Filled({ kind, channel, hasMailServer, onClose, onSaved, onLoadAnew }: FilledProps) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const { timeZoneId } = useSession();
  const way = channel?.way;
  const server = way?.kind === "email" ? way.server : way?.kind === "mqtt" ? way : null;
  const [hasOwn, setHasOwn] = useState(kind === "email" ? (channel ? server !== null : !hasMailServer) : true);
  const [user, setUser] = useState(server?.user ?? "");
  const [toUsers, setToUsers] = useState(way && way.kind !== "mqtt" ? way.toUsers : kind === "fcm");
  const [credential, setCredential] = useState("");
  const save = useSave({
    mutationFn: (body: ChannelChange) => {
      if (!channel) return answer(client.POST("/console/api/fulfilment/channels", { body }));
      const params = { path: { channelId: channel.id } };
      return answer(client.PUT("/console/api/fulfilment/channels/{channelId}", { params, body }));
    },
    onSuccess: async (stored) => {
      setCredential("");
      if (channel) onSaved(stored);
      await queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey });
      if (!channel) onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? "").trim();
    const limit = text("requestsPerSecond");
    save.mutate({
      name: text("name"),
      way: wayOf(kind, text, hasOwn, toUsers),
      credential: credential || null,
      requestsPerSecond: limit ? Number(limit) : null,
      version: channel?.version,
    });
  };
  const wrong = (field: Field) => isWrong(save.error, FIELDS[field]) && t(`channels.wrong.${field}`);
  const since = channel?.credentialSetAtMs && exactTime(channel.credentialSetAtMs, i18n.language, timeZoneId);
  const kept = since ? t("fulfilment.kept", { since }) : t("fulfilment.neverShown");
  const plain = { autoComplete: "off", spellCheck: false } as const;
  const title = channel ? channel.name : t(`channels.new.${kind}`);
  return (
    <section className="channel-form" aria-label={title}>
      <form className="form-column wide" onSubmit={submit} onChange={save.forget} noValidate>
        {!channel && (
          <Text fw={600} component="h3">
            {title}
          </Text>
        )}
        <TextInput
          label={t("channels.name")}
          name="name"
          defaultValue={channel?.name ?? t(`channels.kind.${kind}`)}
          error={wrong("name")}
          {...plain}
        />
        {kind === "email" && (
          <>
            <Textarea
              label={t("channels.recipients")}
              description={t("channels.recipientsLead")}
              name="recipients"
              placeholder="energy@example.com"
              autosize
              minRows={2}
              defaultValue={way?.kind === "email" ? way.recipients.join("\n") : ""}
              error={wrong("recipients")}
              {...plain}
            />
            <ToUsers isChecked={toUsers} onChange={setToUsers} lead={t("channels.toUsersMail")} />
            <TextInput
              label={t("channels.sender")}
              description={t(hasOwn ? "channels.senderOwn" : "channels.senderLead")}
              name="sender"
              placeholder="Energy advice <advice@example.com>"
              defaultValue={way?.kind === "email" ? way.sender : ""}
              error={wrong("sender")}
              {...plain}
            />
            <NativeSelect
              label={t("channels.server")}
              description={!hasMailServer && !hasOwn ? t("channels.noServer") : undefined}
              value={hasOwn ? "own" : "hearth"}
              onChange={(event) => setHasOwn(event.currentTarget.value === "own")}
              data={[
                { value: "hearth", label: t("channels.serverHearth") },
                { value: "own", label: t("channels.serverOwn") },
              ]}
            />
          </>
        )}
        {kind === "fcm" && (
          <>
            <Textarea
              label={t("channels.keyFile")}
              description={since ? kept : t("channels.keyFileLead")}
              placeholder='{ "type": "service_account", … }'
              value={credential}
              onChange={(event) => setCredential(event.currentTarget.value)}
              autosize
              minRows={3}
              maxRows={8}
              error={wrong("credential")}
              className="key-file"
              {...plain}
            />
            <TextInput
              label={t("channels.topicFcm")}
              description={t("channels.topicFcmLead")}
              name="topic"
              placeholder="home-{customerBuildingId}"
              defaultValue={way?.kind === "fcm" ? way.topic : ""}
              error={wrong("topic")}
              {...plain}
            />
            <ToUsers isChecked={toUsers} onChange={setToUsers} lead={t("channels.toUsersPush")} />
          </>
        )}
        {kind !== "fcm" && hasOwn && (
          <>
            <div className="side-by-side">
              <TextInput
                label={t("channels.host")}
                name="host"
                placeholder={kind === "email" ? "mail.example.com" : "mqtt.example.com"}
                defaultValue={server?.host ?? ""}
                error={wrong("host")}
                {...plain}
              />
              <TextInput
                label={t("channels.port")}
                name="port"
                type="number"
                inputMode="numeric"
                defaultValue={server?.port ?? (kind === "email" ? 587 : 8883)}
                error={wrong("port")}
                className="short"
              />
            </div>
            <NativeSelect
              label={t("channels.security")}
              name="security"
              defaultValue={server?.security}
              data={(kind === "email" ? (["starttls", "tls", "none"] as const) : (["tls", "none"] as const)).map(
                (each) => ({
                  value: each,
                  label: t(`channels.securityOf.${each}`),
                }),
              )}
            />
            <TextInput
              label={t("channels.user")}
              name="user"
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              error={wrong("user")}
              {...plain}
            />
            {user.trim() && (
              <PasswordInput
                label={t("fulfilment.credential.basic")}
                description={kept}
                value={credential}
                onChange={(event) => setCredential(event.currentTarget.value)}
                error={wrong("credential")}
                autoComplete="new-password"
                visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
              />
            )}
          </>
        )}
        {kind === "mqtt" && (
          <TextInput
            label={t("channels.topic")}
            description={t("channels.topicLead")}
            name="topic"
            defaultValue={way?.kind === "mqtt" ? way.topic : "hearth/{customerBuildingId}/notifications"}
            error={wrong("topic")}
            {...plain}
          />
        )}
        <PaceField
          label={t("channels.throttle")}
          description={t("channels.throttleLead")}
          requestsPerSecond={channel?.requestsPerSecond}
          error={wrong("requestsPerSecond")}
        />
        {!(Object.keys(FIELDS) as Field[]).some(wrong) && <FormRefusal error={save.error} onLoadAnew={onLoadAnew} />}
        <Done text={save.isSuccess && t("fulfilment.saved")} />
        <div className="row-side">
          <Button type="submit" loading={save.isPending}>
            {t(channel ? "profile.save" : "channels.add")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t(channel ? "channels.close" : "accounts.cancel")}
          </Button>
        </div>
      </form>
      {channel && <Trial channel={channel} />}
      {channel && <Removal channel={channel} onClose={onClose} />}
    </section>
  );
}

interface ToUsersProps {
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  lead: string;
}

function ToUsers({ isChecked, onChange, lead }: ToUsersProps) {
  const { t } = useTranslation();
  return (
    <Checkbox
      label={t("channels.toUsers")}
      description={lead}
      checked={isChecked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

/** A test over the way of real notifications, with what is saved. */
function Trial({ channel }: { channel: Channel }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [to, setTo] = useState("");
  const test = useMutation({
    mutationFn: () =>
      answer(
        client.POST("/console/api/fulfilment/channels/{channelId}/test", {
          params: { path: { channelId: channel.id } },
          body: { to },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey }),
  });
  const { kind } = channel.way;
  const result = test.isPending ? undefined : test.data;
  return (
    <div className="channel-trial">
      {kind !== "mqtt" && (
        <TextInput
          label={t(kind === "email" ? "channels.testToMail" : "channels.testToDevice")}
          description={t("channels.testToLead")}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          error={isWrong(test.error, ["/to"]) && t(kind === "email" ? "channels.wrongTo" : "channels.wrongDevice")}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <TestButton isUnderWay={test.isPending} onTest={() => test.mutate()} />
      <div role="status">
        {result && (
          <Alert
            color={result.isFailed ? "red" : "green"}
            className={result.isFailed ? "alert" : "notice"}
            mt="sm"
            role="presentation"
          >
            <strong>{t(result.isFailed ? "fulfilment.notTaken" : "fulfilment.taken")}</strong>{" "}
            {result.error && (
              <>
                <Failure error={result.error} />{" "}
              </>
            )}
            ({t("fulfilment.ms", { shown: number(result.durationMs, i18n.language) })})
          </Alert>
        )}
      </div>
      {!isWrong(test.error, ["/to"]) && (
        <FormRefusal
          error={test.error}
          own={{ too_many_requests: t("fulfilment.testTooMany"), not_found: t("accounts.changedMeanwhile") }}
        />
      )}
    </div>
  );
}

function Removal({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () =>
      answer(
        client.DELETE("/console/api/fulfilment/channels/{channelId}", { params: { path: { channelId: channel.id } } }),
      ),
    onSuccess: async () => {
      setIsAsking(false);
      onClose();
      await queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey });
    },
  });
  return (
    <>
      <Button variant="default" className="channel-removal" onClick={() => setIsAsking(true)}>
        {t("channels.remove")}
      </Button>
      <Modal
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={t("channels.removeTitle", { name: channel.name })}
        closeButtonProps={{ "aria-label": t("accounts.cancel") }}
      >
        <div className="dialog">
          <Text>{t("channels.removeLead")}</Text>
          <FormRefusal error={remove.error} />
          <div className="row-side">
            <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t("channels.remove")}
            </Button>
            <Button variant="default" onClick={() => setIsAsking(false)}>
              {t("accounts.cancel")}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

/** Whether a refusal is about one of these fields, or about something in it. */
function isWrong(error: Error | null, pointers: readonly string[]): boolean {
  if (!(error instanceof Refused)) return false;
  // The description names the kind inside: /body/way/email/recipients/0
  const told = error.pointers.map((each) =>
    each.replace(/^\/body/, "").replace(/^\/way\/(email|fcm|mqtt)(?=\/)/, "/way"),
  );
  return told.some((each) => pointers.some((pointer) => each === pointer || each.startsWith(`${pointer}/`)));
}

function wayOf(kind: ChannelKind, text: (name: string) => string, hasOwn: boolean, toUsers: boolean): Way {
  const host = text("host");
  const port = Number(text("port")) || 0;
  const user = text("user");
  const security = text("security");
  switch (kind) {
    case "email": {
      const recipients = text("recipients")
        .split(/[\s,;]+/)
        .filter(Boolean);
      const server = hasOwn ? { host, port, user, security: security as "starttls" } : null;
      return { kind, server, sender: text("sender"), recipients, toUsers };
    }
    case "fcm":
      return { kind, projectId: "", clientEmail: "", topic: text("topic"), toUsers };
    case "mqtt":
      return { kind, host, port, user, security: security as "tls", topic: text("topic") };
  }
}
