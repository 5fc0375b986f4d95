// Notifications that fit what is looked for: newest first, kept current, page by page.
import { Skeleton, Text, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Notification, Refused } from "../../api/client";
import { notificationsQuery, type Sought } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { More } from "../../parts/More";
import { NotificationCard } from "./NotificationCard";

interface Props {
  sought: Sought;
  language: string;
  /** What stands there when nothing fits. */
  empty: ReactNode;
}

export function NotificationCards({ sought, language, empty }: Props) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(notificationsQuery(sought));
  const shown = list.data?.pages.flatMap((page) => page.items);
  const arrived = useArrived(shown, JSON.stringify(sought));
  return (
    <>
      <VisuallyHidden role="status">
        {arrived.size > 0 ? t("list.arrived", { count: arrived.size }) : ""}
      </VisuallyHidden>
      {list.isPending && <CardSkeletons />}
      {list.isError && !shown && <BrokenList error={list.error} onAgain={list.refetch} />}
      {shown?.length === 0 && <div className="panel empty">{empty}</div>}
      {shown && shown.length > 0 && (
        <ol className="cards">
          {shown.map((notification) => (
            <li key={notification.id} data-arrived={arrived.has(notification.id) || undefined}>
              <NotificationCard notification={notification} language={language} />
            </li>
          ))}
        </ol>
      )}
      <More list={list} mt="md" fullWidth />
    </>
  );
}

/** The ids that came in at the top since the list was first shown with this filter. */
function useArrived(shown: Notification[] | undefined, filter: string): Set<string> {
  const known = useRef<{ filter: string; newestMs: number; ids: Set<string> }>(undefined);
  const [arrived, setArrived] = useState<Set<string>>(new Set());
  useEffect(() => {
    if (!shown) return;
    const before = known.current;
    known.current = {
      filter,
      newestMs: shown[0]?.createdAtMs ?? 0,
      ids: new Set(shown.map((notification) => notification.id)),
    };
    if (!before || before.filter !== filter) {
      setArrived(new Set());
      return;
    }
    const fresh = shown.filter(({ id, createdAtMs }) => !before.ids.has(id) && createdAtMs >= before.newestMs);
    if (fresh.length > 0) setArrived(new Set(fresh.map(({ id }) => id)));
  }, [shown, filter]);
  return arrived;
}

function CardSkeletons() {
  return (
    <div className="cards" aria-hidden>
      {[0, 1, 2, 3].map((index) => (
        <div key={index} className="panel card">
          <Skeleton width={110} height={22} />
          <Skeleton width="55%" height={20} mt={12} />
          <Skeleton width="90%" height={18} mt={8} />
          <Skeleton width="40%" height={16} mt={14} />
        </div>
      ))}
    </div>
  );
}

function BrokenList({ error, onAgain }: { error: Error; onAgain: () => unknown }) {
  const { t } = useTranslation();
  if (error instanceof Refused && error.code === "not_found") {
    return (
      <div className="panel empty" role="alert">
        <Text>{t("list.noSuchBuilding")}</Text>
      </div>
    );
  }
  return <Broken text={t("list.broken")} onAgain={onAgain} />;
}
