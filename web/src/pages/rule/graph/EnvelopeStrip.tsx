// The envelopes above the graph: what was really made, in green what would be sent, in grey what would be held back.
import { Tooltip } from "@mantine/core";
import { IconMail, IconMailFilled, IconMailOff } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { MadeNotification } from "../../../api/public";
import { number, weekdayTime } from "../../../parts/formats";
import { type Envelope, envelopesOf, type Kind, KINDS, type Shown } from "./envelopes";

/** What of the time the graph shows, and where on the page. */
export interface Area {
  fromMs: number;
  toMs: number;
  leftPx: number;
  widthPx: number;
}

const ENVELOPE_PX = 26;
const MOST_IN_TOOLTIP = 3;
const ICONS = { made: IconMailFilled, sent: IconMail, dropped: IconMailOff };
const NAMES = { made: "rule.wasMade", sent: "rule.wouldBeSent", dropped: "rule.wouldBeDropped" } as const;

interface Props {
  shown: Shown[];
  timeZoneId: string;
  area: Area | undefined;
  /** Whether there is a row for what was really made. */
  hasMade: boolean;
  onChoose: (envelope: Envelope) => void;
}

export function EnvelopeStrip({ shown, timeZoneId, area, hasMade, onChoose }: Props) {
  const { t } = useTranslation();
  const envelopes = area ? envelopesOf(shown, area.fromMs, area.toMs, ENVELOPE_PX / area.widthPx) : [];
  return (
    <ol className="envelopes" aria-label={t("rule.envelopes")} data-rows={hasMade ? 3 : 2}>
      {area &&
        envelopes.map((envelope) => (
          <li
            key={`${envelope.kind}${envelope.notifications[0]?.id}`}
            style={{ left: area.leftPx + envelope.at * area.widthPx }}
            data-kind={envelope.kind}
          >
            <EnvelopeButton
              kind={envelope.kind}
              first={envelope.notifications[0]}
              count={envelope.notifications.length}
              envelope={envelope}
              timeZoneId={timeZoneId}
              onChoose={onChoose}
            />
          </li>
        ))}
    </ol>
  );
}

interface ButtonProps {
  kind: Kind;
  first: MadeNotification | undefined;
  count: number;
  envelope: Envelope;
  timeZoneId: string;
  onChoose: Props["onChoose"];
}

/** Drawn anew only where another envelope stands, not for every step of a pan. */
const EnvelopeButton = memo(
  function EnvelopeButton({ envelope, timeZoneId, onChoose }: ButtonProps) {
    const { t, i18n } = useTranslation();
    const { notifications, kind } = envelope;
    const lines = notifications.slice(0, MOST_IN_TOOLTIP).map((notification) => {
      const texts = notification.notification?.texts ?? {};
      const text = texts[i18n.language] ?? Object.values(texts)[0];
      return {
        id: notification.id,
        when: [
          weekdayTime(notification.createdAtTimeMillis, i18n.language, timeZoneId),
          kind === "made" && t(`status.${notification.deliveryStatus}`),
        ]
          .filter(Boolean)
          .join(" · "),
        title: text?.title,
        message: text?.message ?? (notification.dropReason ? t(`dropReason.${notification.dropReason}`) : ""),
      };
    });
    const more = notifications.length - lines.length;
    const Icon = ICONS[kind];
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
          data-kind={kind}
          onClick={() => onChoose(envelope)}
          aria-label={[
            t(NAMES[kind], { count: notifications.length }),
            ...lines.map((line) => [line.when, line.title, line.message].filter(Boolean).join(", ")),
          ].join(": ")}
        >
          <Icon size={15} aria-hidden />
          {notifications.length > 1 && <span className="envelope-count">{notifications.length}</span>}
        </button>
      </Tooltip>
    );
  },
  (before, after) =>
    before.kind === after.kind &&
    before.first === after.first &&
    before.count === after.count &&
    before.timeZoneId === after.timeZoneId &&
    before.onChoose === after.onChoose,
);

/** What the colours mean, with how many there are. */
export function EnvelopeLegend({ shown, hasMade }: { shown: Shown[]; hasMade: boolean }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="envelope-legend">
      {KINDS.filter((kind) => kind !== "made" || hasMade).map((kind) => {
        const Icon = ICONS[kind];
        return (
          <li key={kind} data-kind={kind}>
            <Icon size={15} aria-hidden />
            {t(`rule.legend.${kind}`, {
              number: number(shown.filter((each) => each.kind === kind).length, i18n.language),
            })}
          </li>
        );
      })}
    </ul>
  );
}
