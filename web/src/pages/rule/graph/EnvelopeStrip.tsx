// The envelopes above the graph: what was really made, in green what would be sent, in grey what would be held back.
import { Tooltip } from "@mantine/core";
import { IconMail, IconMailFilled, IconMailOff } from "@tabler/icons-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MadeNotification } from "../../../api/public";
import { number, weekdayTime } from "../../../parts/formats";
import type { Area } from "../../../parts/graph/drawn";
import { textIn } from "../../../parts/textIn";
import { type Envelope, envelopesOf, type Kind, KINDS, type Shown } from "./envelopes";

const ENVELOPE_PX = 26;
const MOST_IN_TOOLTIP = 3;
const ICONS = { made: IconMailFilled, sent: IconMail, dropped: IconMailOff };
const NAMES = { made: "rule.wasMade", sent: "rule.wouldBeSent", dropped: "rule.wouldBeDropped" } as const;

interface Props {
  label: string;
  shown: Shown[];
  timeZoneId: string;
  area: Area | undefined;
  /** Whether there is a row for what was really made. */
  hasMade: boolean;
  onChoose: (envelope: Envelope) => void;
}

export function EnvelopeStrip({ label, shown, timeZoneId, area, hasMade, onChoose }: Props) {
  const [pointed, setPointed] = useState<Pointed>();
  const envelopes = area ? envelopesOf(shown, area.fromMs, area.toMs, ENVELOPE_PX / area.widthPx) : [];
  return (
    <>
      <ol className="envelopes" aria-label={label} data-rows={hasMade ? 3 : 2}>
        {area &&
          envelopes.map((envelope) => (
            <li
              key={`${envelope.kind}${envelope.notifications[0]?.id}`}
              style={{ transform: `translateX(${area.leftPx + envelope.at * area.widthPx - ENVELOPE_PX / 2}px)` }}
              data-kind={envelope.kind}
            >
              <EnvelopeButton
                kind={envelope.kind}
                first={envelope.notifications[0]}
                count={envelope.notifications.length}
                envelope={envelope}
                timeZoneId={timeZoneId}
                onPoint={setPointed}
                onChoose={onChoose}
              />
            </li>
          ))}
      </ol>
      {pointed && <EnvelopeTooltip pointed={pointed} timeZoneId={timeZoneId} />}
    </>
  );
}

/** The envelope under the pointer or with the focus. One tooltip serves all: there may be hundreds of envelopes. */
interface Pointed {
  element: HTMLElement;
  envelope: Envelope;
}

interface Line {
  id: string;
  when: string;
  title: string | undefined;
  message: string;
}

/** The texts of the first ones in an envelope, as a household would read them. */
function useLines(): (envelope: Envelope, timeZoneId: string) => Line[] {
  const { t, i18n } = useTranslation();
  return ({ kind, notifications }, timeZoneId) =>
    notifications.slice(0, MOST_IN_TOOLTIP).map((notification) => {
      const text = textIn(notification.notification?.texts, i18n.language);
      const when = weekdayTime(notification.createdAtTimeMillis, i18n.language, timeZoneId);
      return {
        id: notification.id,
        when: kind === "made" ? `${when} · ${t(`status.${notification.deliveryStatus}`)}` : when,
        title: text?.title,
        message: text?.message ?? (notification.dropReason ? t(`dropReason.${notification.dropReason}`) : ""),
      };
    });
}

function EnvelopeTooltip({ pointed: { element, envelope }, timeZoneId }: { pointed: Pointed; timeZoneId: string }) {
  const { t } = useTranslation();
  const lines = useLines()(envelope, timeZoneId);
  const more = envelope.notifications.length - lines.length;
  return (
    <Tooltip
      target={element}
      opened
      multiline
      w={280}
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
    />
  );
}

interface ButtonProps {
  kind: Kind;
  first: MadeNotification | undefined;
  count: number;
  envelope: Envelope;
  timeZoneId: string;
  onPoint: (pointed: Pointed | undefined) => void;
  onChoose: Props["onChoose"];
}

/** Drawn anew only where another envelope stands, not for every step of a pan. */
const EnvelopeButton = memo(
  function EnvelopeButton({ kind, count, envelope, timeZoneId, onPoint, onChoose }: ButtonProps) {
    const { t } = useTranslation();
    const lines = useLines()(envelope, timeZoneId);
    const point = (event: { currentTarget: HTMLElement }) => onPoint({ element: event.currentTarget, envelope });
    const leave = () => onPoint(undefined);
    const Icon = ICONS[kind];
    return (
      <button
        type="button"
        className="envelope"
        data-kind={kind}
        onPointerEnter={point}
        onPointerLeave={leave}
        onFocus={point}
        onBlur={leave}
        onKeyDown={(event) => event.key === "Escape" && leave()}
        onClick={() => onChoose(envelope)}
        aria-label={[
          t(NAMES[kind], { count }),
          ...lines.map((line) => [line.when, line.title, line.message].filter(Boolean).join(", ")),
        ].join(": ")}
      >
        <Icon size={15} aria-hidden />
        {count > 1 && <span className="envelope-count">{count}</span>}
      </button>
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
