// Further channels beside the endpoint: mail, push, MQTT. Which one is open, or of which kind a new one is, stands in the address.
import { Skeleton, Switch, Text, Title } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBroadcast,
  IconCircleCheck,
  IconCircleMinus,
  IconDeviceMobile,
  IconMail,
  IconPlus,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, client } from "../../api/client";
import { type Channel, CHANNEL_KINDS, fulfilmentQuery } from "../../api/fulfilment";
import { FormRefusal } from "../../parts/FormRefusal";
import { number } from "../../parts/formats";
import { LinkButton } from "../../parts/LinkButton";
import { Time } from "../../parts/Time";
import { ChannelForm } from "./ChannelForm";

const ICONS = { email: IconMail, fcm: IconDeviceMobile, mqtt: IconBroadcast };

export function Channels() {
  const { t } = useTranslation();
  const { channel: opened } = useSearch({ from: "/settings/fulfilment" });
  const navigate = useNavigate({ from: "/settings/fulfilment" });
  const { data, isPending } = useQuery(fulfilmentQuery);
  /** Not what was opened meanwhile instead. */
  const close = (channel: string) =>
    void navigate({
      search: (search) => (search.channel === channel ? { ...search, channel: undefined } : search),
      replace: true,
      resetScroll: false,
    });
  if (isPending) return <Skeleton height={200} aria-hidden />;
  if (!data) return null; // the page says so already
  const fresh = CHANNEL_KINDS.find((kind) => opened === `new-${kind}`);
  const changed = data.channels.find(({ id }) => id === opened);
  return (
    <section className="panel" aria-labelledby="channels-title">
      <div className="rows-head">
        <div className="row-main">
          <Title order={2} id="channels-title" className="panel-title">
            {t("channels.title")}
          </Title>
          <Text c="dimmed" fz="sm">
            {t("channels.lead")}
          </Text>
        </div>
        <div className="row-side" role="group" aria-label={t("channels.add")}>
          {CHANNEL_KINDS.map((kind) => (
            <LinkButton
              key={kind}
              from="/settings/fulfilment"
              to="."
              search={(search) => ({ ...search, channel: `new-${kind}` })}
              resetScroll={false}
              variant="default"
              leftSection={<IconPlus size={17} aria-hidden />}
            >
              {t(`channels.kind.${kind}`)}
            </LinkButton>
          ))}
        </div>
      </div>
      {fresh && (
        <ChannelForm
          key={fresh}
          kind={fresh}
          channel={null}
          hasMailServer={data.hasMailServer}
          onClose={() => close(`new-${fresh}`)}
        />
      )}
      {data.channels.length === 0 && !fresh && (
        <div className="row">
          <Text>{t("channels.none")}</Text>
        </div>
      )}
      <ul className="rows" aria-labelledby="channels-title">
        {data.channels.map((each) => (
          <li key={each.id} className="channel-item">
            <Row channel={each} isOpen={each === changed} />
            {each === changed && (
              <ChannelForm
                kind={each.way.kind}
                channel={each}
                hasMailServer={data.hasMailServer}
                onClose={() => close(each.id)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ channel, isOpen }: { channel: Channel; isOpen: boolean }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const enable = useMutation({
    mutationFn: (isEnabled: boolean) =>
      answer(
        client.PUT("/console/api/fulfilment/channels/{channelId}/enabling", {
          params: { path: { channelId: channel.id } },
          body: { isEnabled },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey }),
  });
  const Icon = ICONS[channel.way.kind];
  const failures = channel.failuresInARow;
  return (
    <div className="row channel">
      <Icon size={22} aria-hidden className="channel-icon" />
      <div className="row-main">
        <Text fw={600} component="div" className="channel-name">
          {channel.name}
          <span className="badge" data-status={!channel.isEnabled ? "DROPPED" : failures ? "PENDING" : "DELIVERED"}>
            {!channel.isEnabled ? (
              <IconCircleMinus size={14} aria-hidden />
            ) : failures ? (
              <IconAlertTriangle size={14} aria-hidden />
            ) : (
              <IconCircleCheck size={14} aria-hidden />
            )}
            {t(channel.isEnabled ? "fulfilment.enabled" : "fulfilment.disabled")}
          </span>
        </Text>
        <Text c="dimmed" fz="sm" component="div" className="channel-where">
          {where(channel, t("channels.toUsersShort"))}
        </Text>
        <Text fz="sm" component="div">
          {channel.lastSuccessMs === null ? (
            t("fulfilment.neverDelivered")
          ) : (
            <>
              {t("fulfilment.lastDelivered")} <Time atMs={channel.lastSuccessMs} />
            </>
          )}
          {failures > 0 && (
            <span className="failures">
              {" "}
              {t("fulfilment.failures", { count: failures, shown: number(failures, i18n.language) })}
            </span>
          )}
        </Text>
        <FormRefusal error={enable.error} />
      </div>
      <div className="row-side">
        <Switch
          checked={channel.isEnabled}
          onChange={(event) => enable.mutate(event.currentTarget.checked)}
          disabled={enable.isPending}
          aria-label={t("channels.switch", { name: channel.name })}
        />
        <LinkButton
          from="/settings/fulfilment"
          to="."
          search={(search) => ({ ...search, channel: isOpen ? undefined : channel.id })}
          resetScroll={false}
          variant="default"
          aria-label={`${t(isOpen ? "channels.close" : "channels.edit")}: ${channel.name}`}
        >
          {t(isOpen ? "channels.close" : "channels.edit")}
        </LinkButton>
      </div>
    </div>
  );
}

/** To whom or where it sends, on one line. */
function where({ way }: Channel, users: string): string {
  switch (way.kind) {
    case "email":
      return [...way.recipients, ...(way.toUsers ? [users] : [])].join(", ");
    case "fcm":
      return [way.projectId, way.topic, ...(way.toUsers ? [users] : [])].filter(Boolean).join(" · ");
    case "mqtt":
      return `${way.host}:${way.port} · ${way.topic}`;
  }
}
