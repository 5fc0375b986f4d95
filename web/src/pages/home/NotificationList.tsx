// The list: newest first, kept current; its filter and the language of its texts stand in the address.
import { SegmentedControl, Skeleton, Text, Title, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Notification, Refused, type Status } from "../../api/client";
import { notificationsQuery, overviewQuery } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { Commands } from "../../parts/Commands";
import { More } from "../../parts/More";
import { useSession } from "../../parts/session";
import { STATUSES } from "../../parts/StatusBadge";
import { importRules } from "./commands";
import { NotificationCard } from "./NotificationCard";

export function NotificationList() {
  const { t, i18n } = useTranslation();
  const { languages } = useSession();
  const { status, building, texts } = useSearch({ from: "/home" });
  const navigate = useNavigate();
  const list = useInfiniteQuery(notificationsQuery(status, building));
  const shown = list.data?.pages.flatMap((page) => page.items);
  const arrived = useArrived(shown, `${status} ${building}`);
  const language = texts ?? (languages.includes(i18n.language) ? i18n.language : (languages[0] ?? "en"));

  return (
    <section aria-labelledby="notifications-title">
      <div className="list-head">
        <Title order={2} id="notifications-title" className="panel-title">
          {t("list.title")}
        </Title>
        <nav className="filters" aria-label={t("list.filter")}>
          {[undefined, ...STATUSES].map((choice) => (
            <Link
              key={choice ?? "GENERATED"}
              from="/"
              to="/"
              search={(search) => ({ ...search, status: choice })}
              resetScroll={false}
              className="filter"
              aria-current={choice === status ? "true" : undefined}
              activeProps={{}}
            >
              {choice ? t(`status.${choice}`) : t("list.generated")}
            </Link>
          ))}
        </nav>
        <SegmentedControl
          className="text-language"
          aria-label={t("list.texts")}
          size="xs"
          data={languages.map((code) => ({ value: code, label: code.toUpperCase() }))}
          value={language}
          onChange={(code) =>
            void navigate({
              to: ".",
              search: (search) => ({ ...search, texts: code }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      </div>
      {building && (
        <p className="chosen-building">
          {t("list.ofBuilding", { building })}
          <Link
            from="/"
            to="/"
            search={(search) => ({ ...search, building: undefined })}
            resetScroll={false}
            className="text-link"
          >
            {t("list.allBuildings")}
          </Link>
        </p>
      )}
      <VisuallyHidden role="status">
        {arrived.size > 0 ? t("list.arrived", { count: arrived.size }) : ""}
      </VisuallyHidden>
      {list.isPending && <CardSkeletons />}
      {list.isError && !shown && <BrokenList error={list.error} onAgain={list.refetch} />}
      {shown?.length === 0 && <NoNotifications status={status} building={building} />}
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
    </section>
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

function NoNotifications({ status, building }: { status: Status | undefined; building: string | undefined }) {
  const { t } = useTranslation();
  const { customerId } = useSession();
  const { data } = useQuery(overviewQuery);
  if (building && !status) {
    return (
      <div className="panel empty">
        <Text>{t("list.nothingOfBuilding")}</Text>
      </div>
    );
  }
  if (status) {
    return (
      <div className="panel empty">
        <Text mb="sm">{t("empty.filtered")}</Text>
        <Link from="/" to="/" search={(search) => ({ ...search, status: undefined })} className="text-link">
          {t("empty.showGenerated")}
        </Link>
      </div>
    );
  }
  return (
    <div className="panel empty">
      <Text fw={600}>{t("empty.title")}</Text>
      <Text c="dimmed" fz="sm">
        {t(data?.activeRuleCount === 0 ? "empty.rules" : "empty.waiting")}
      </Text>
      {data?.activeRuleCount === 0 && (
        <div className="empty-commands">
          <Commands text={importRules(customerId)} />
        </div>
      )}
    </div>
  );
}
