// The newest notifications, by status; looking for others is another page.
import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Status } from "../../api/client";
import { overviewQuery } from "../../api/queries";
import { Commands } from "../../parts/Commands";
import { useSession } from "../../parts/session";
import { NotificationCards } from "../notifications/NotificationCards";
import { StatusFilter } from "../notifications/StatusFilter";
import { TextLanguage } from "../notifications/TextLanguage";
import { useTextLanguage } from "../notifications/useTextLanguage";
import { importRules } from "./commands";

export function LatestNotifications() {
  const { t } = useTranslation();
  const { status, texts } = useSearch({ from: "/" });
  const language = useTextLanguage(texts);
  return (
    <section aria-labelledby="notifications-title">
      <div className="list-head">
        <Title order={2} id="notifications-title" className="panel-title">
          {t("list.title")}
        </Title>
        <StatusFilter status={status} />
        <Link to="/notifications" search={{ status, texts }} className="text-link small">
          {t("notices.find")}
        </Link>
        <TextLanguage language={language} />
      </div>
      <NotificationCards sought={{ status }} language={language} empty={<NoNotifications status={status} />} />
    </section>
  );
}

function NoNotifications({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  const { customerId } = useSession();
  const { data } = useQuery(overviewQuery);
  if (status) {
    return (
      <>
        <Text mb="sm">{t("empty.filtered")}</Text>
        <Link to="." search={(search) => ({ ...search, status: undefined })} className="text-link">
          {t("empty.showGenerated")}
        </Link>
      </>
    );
  }
  return (
    <>
      <Text fw={600}>{t("empty.title")}</Text>
      <Text c="dimmed" fz="sm">
        {t(data?.activeRuleCount === 0 ? "empty.rules" : "empty.waiting")}
      </Text>
      {data?.activeRuleCount === 0 && (
        <div className="empty-commands">
          <Commands text={importRules(customerId)} />
        </div>
      )}
    </>
  );
}
