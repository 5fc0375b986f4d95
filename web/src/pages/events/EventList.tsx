import { Skeleton, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { eventsQuery, type SoughtEvents } from "../../api/events";
import { Refused } from "../../api/client";
import { More } from "../../parts/More";
import { Refusal } from "../../parts/Refusal";
import { useSentences } from "../../texts/sentences";
import { EventTable } from "./EventTable";

/** What was found, newest first; without a range the last day. */
export function EventList({ sought, timeZoneId }: { sought: SoughtEvents; timeZoneId: string }) {
  const { t } = useTranslation();
  const say = useSentences();
  const list = useInfiniteQuery(eventsQuery(sought));
  const events = list.data?.pages.flatMap((page) => page.items);
  // That many homes cannot be searched at once is no failure: it says what to choose.
  const tooWide =
    list.error instanceof Refused
      ? list.error.mistakes.find(({ pointer }) => pointer === "/building")?.detail
      : undefined;
  const hasRange = sought.fromMs !== undefined || sought.toMs !== undefined;
  return (
    <section className="panel event-place" aria-label={t("events.view.list")}>
      {!hasRange && <p className="event-note">{t("events.lastDay")}</p>}
      {list.isPending && <Skeleton height={320} m="md" w="auto" aria-hidden />}
      {tooWide !== undefined && (
        <Text className="event-note" role="status">
          {say(tooWide)}
        </Text>
      )}
      {list.isError && !events && tooWide === undefined && (
        <Refusal error={list.error} onAgain={() => void list.refetch()} />
      )}
      {events?.length === 0 && (
        <Text className="event-note" role="status">
          {t(hasRange ? "events.none" : "events.noneLastDay")}
        </Text>
      )}
      {events && events.length > 0 && (
        <EventTable caption={t("events.view.list")} events={events} timeZoneId={timeZoneId} />
      )}
      {list.hasNextPage && (
        <div className="event-more">
          <More list={list} fullWidth />
        </div>
      )}
    </section>
  );
}
