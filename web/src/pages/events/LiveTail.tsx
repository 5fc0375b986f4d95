// Events as they arrive, the newest at the top.
import { Button, Skeleton, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SoughtEvents } from "../../api/events";
import { Refusal } from "../../parts/Refusal";
import { EventTable } from "./EventTable";
import { useArrivals } from "./useArrivals";

interface Props {
  sought: SoughtEvents;
  timeZoneId: string;
}

/** What is sought may change: who has paused stays so, and sees what the new search had at first. */
export function LiveTail(props: Props) {
  const [isPaused, setIsPaused] = useState(false);
  return <Tail key={JSON.stringify(props.sought)} {...props} isPaused={isPaused} onPause={setIsPaused} />;
}

interface TailProps extends Props {
  isPaused: boolean;
  onPause: (isPaused: boolean) => void;
}

function Tail({ sought, timeZoneId, isPaused, onPause }: TailProps) {
  const { t } = useTranslation();
  const { events, freshFrom, isListening, error } = useArrivals(sought, isPaused);
  if (error) return <Refusal error={error} />;
  const state = isPaused ? "paused" : isListening ? "listening" : "connecting";
  return (
    <section className="panel event-place" aria-label={t("events.view.live")}>
      <div className="event-head">
        <span className="connection" data-connection={state === "listening" ? "live" : "reconnecting"} role="status">
          <span className="connection-dot" aria-hidden />
          {t(`events.state.${state}`)}
        </span>
        <Button
          variant="default"
          size="xs"
          leftSection={isPaused ? <IconPlayerPlay size={15} aria-hidden /> : <IconPlayerPause size={15} aria-hidden />}
          onClick={() => onPause(!isPaused)}
        >
          {t(isPaused ? "events.goOn" : "events.pause")}
        </Button>
      </div>
      {events === undefined && <Skeleton height={320} m="md" w="auto" aria-hidden />}
      {events?.length === 0 && <Text className="event-note">{t("events.noneYet")}</Text>}
      {events && events.length > 0 && (
        <EventTable caption={t("events.view.live")} events={events} timeZoneId={timeZoneId} freshFrom={freshFrom} />
      )}
    </section>
  );
}
