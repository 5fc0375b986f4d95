import { IconBolt, IconHome, IconListCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Notification } from "../../api/client";
import { StatusBadge } from "../../parts/StatusBadge";
import { Time } from "../../parts/Time";
import { readNotificationSearch } from "../notificationSearch";

/** One notification as the household would read it, and where it came from; opens it in full. */
export function NotificationCard({ notification, language }: { notification: Notification; language: string }) {
  const { t } = useTranslation();
  const available = Object.keys(notification.texts);
  const shownLanguage = available.includes(language) ? language : (available[0] ?? language);
  const text = notification.texts[shownLanguage];
  const ruleName = notification.ruleName ?? t("card.deletedRule");
  return (
    <Link
      className="panel card"
      to="/notifications/$notificationId"
      params={{ notificationId: notification.id }}
      search={(search) => readNotificationSearch(search)}
      resetScroll={false}
      data-status={notification.status}
    >
      <span className="card-head">
        <StatusBadge status={notification.status} />
        {notification.priority === "high" && (
          <span className="badge" data-priority="high">
            <IconBolt size={14} aria-hidden />
            {t("card.high")}
          </span>
        )}
        {notification.interaction && (
          <span className="badge" data-status="DROPPED">
            {t(`interaction.${notification.interaction.actionQualifier}`)}
          </span>
        )}
        <Time atMs={notification.createdAtMs} />
      </span>
      {text ? (
        <span className="card-text" lang={shownLanguage}>
          <strong className="card-title">{text.title}</strong>
          <span className="card-message">{text.message}</span>
        </span>
      ) : (
        <span className="card-text">
          <strong className="card-title">{ruleName}</strong>
          <span className="card-message">{notification.dropReason && t(`dropReason.${notification.dropReason}`)}</span>
        </span>
      )}
      <span className="card-foot">
        <span>
          <IconHome size={15} aria-label={t("card.building")} role="img" /> {notification.customerBuildingId}
        </span>
        <span>
          <IconListCheck size={15} aria-label={t("card.rule")} role="img" /> {ruleName}
        </span>
      </span>
    </Link>
  );
}
