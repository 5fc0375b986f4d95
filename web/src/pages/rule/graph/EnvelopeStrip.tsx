// The envelopes above the graph: green for what would be sent, grey for what would be held back.
import { Tooltip } from "@mantine/core";
import { IconMail, IconMailOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { weekdayTime } from "../../../parts/formats";
import type { Tried } from "../useSimulation";
import { type Envelope, envelopesOf } from "./envelopes";

/** What of the time the graph shows, and where on the page. */
export interface Area {
  fromMs: number;
  toMs: number;
  leftPx: number;
  widthPx: number;
}

const ENVELOPE_PX = 26;
const MOST_IN_TOOLTIP = 3;

interface Props {
  label: string;
  tried: Tried;
  area: Area | undefined;
  onAsk: (timesMs: number[]) => void;
}

export function EnvelopeStrip({ label, tried, area, onAsk }: Props) {
  const shown = area ? envelopesOf(tried.simulation, area.fromMs, area.toMs, ENVELOPE_PX / area.widthPx) : [];
  return (
    <ol className="envelopes" aria-label={label}>
      {area &&
        shown.map((envelope) => (
          <li
            key={`${envelope.isSent}${envelope.notifications[0]?.id}`}
            style={{ left: area.leftPx + envelope.at * area.widthPx }}
            data-sent={envelope.isSent}
          >
            <EnvelopeButton envelope={envelope} tried={tried} onAsk={onAsk} />
          </li>
        ))}
    </ol>
  );
}

function EnvelopeButton({ envelope, tried, onAsk }: { envelope: Envelope; tried: Tried; onAsk: Props["onAsk"] }) {
  const { t, i18n } = useTranslation();
  const { notifications, isSent } = envelope;
  const lines = notifications.slice(0, MOST_IN_TOOLTIP).map((notification) => {
    const texts = notification.notification?.texts ?? {};
    const text = texts[i18n.language] ?? Object.values(texts)[0];
    return {
      id: notification.id,
      when: weekdayTime(notification.createdAtTimeMillis, i18n.language, tried.timeZoneId),
      title: text?.title,
      message: text?.message ?? (notification.dropReason ? t(`dropReason.${notification.dropReason}`) : ""),
    };
  });
  const more = notifications.length - lines.length;
  const Icon = isSent ? IconMail : IconMailOff;
  return (
    <Tooltip
      multiline
      w={280}
      events={{ hover: true, focus: true, touch: true }}
      classNames={{ tooltip: "envelope-tooltip" }}
      label={
        <>
          {lines.map((line) => (
            <span key={line.id} className="envelope-line">
              <span className="envelope-when">{line.when}</span>
              {line.title && <b>{line.title}</b>}
              <span>{line.message}</span>
            </span>
          ))}
          {more > 0 && <span className="envelope-when">{t("rule.more", { count: more })}</span>}
        </>
      }
    >
      <button
        type="button"
        className="envelope"
        data-sent={isSent}
        onClick={() => onAsk(notifications.map((each) => each.createdAtTimeMillis))}
        aria-label={[
          t(isSent ? "rule.wouldBeSent" : "rule.wouldBeDropped", { count: notifications.length }),
          ...lines.map((line) => [line.when, line.title, line.message].filter(Boolean).join(", ")),
        ].join(": ")}
      >
        <Icon size={15} aria-hidden />
        {notifications.length > 1 && <span className="envelope-count">{notifications.length}</span>}
      </button>
    </Tooltip>
  );
}
