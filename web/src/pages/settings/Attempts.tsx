// What was tried to reach the endpoint, newest first; the filter stands in the address.
import { Skeleton, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Attempt, attemptsQuery, type Channel } from "../../api/fulfilment";
import { Broken } from "../../parts/Broken";
import { number } from "../../parts/formats";
import { More } from "../../parts/More";
import { Time } from "../../parts/Time";
import { Failure } from "./Failure";

export function Attempts({ channels }: { channels: Channel[] }) {
  const { t } = useTranslation();
  const { show } = useSearch({ from: "/settings/fulfilment" });
  const list = useInfiniteQuery(attemptsQuery(show === "failed"));
  const attempts = list.data?.pages.flatMap((page) => page.items);
  return (
    <section className="panel" aria-labelledby="attempts-title">
      <div className="rows-head">
        <Title order={2} id="attempts-title" className="panel-title">
          {t("fulfilment.attempts")}
        </Title>
        <nav className="filters" aria-label={t("fulfilment.attempts")}>
          {([undefined, "failed"] as const).map((each) => (
            <Link
              key={each ?? "all"}
              from="/settings/fulfilment"
              to="."
              search={(search) => ({ ...search, show: each })}
              resetScroll={false}
              className="filter"
              aria-current={show === each ? "true" : undefined}
              activeProps={{}}
            >
              {t(each ? "fulfilment.failedOnly" : "fulfilment.all")}
            </Link>
          ))}
        </nav>
      </div>
      {list.isPending && <Skeleton height={200} aria-hidden />}
      {list.isError && !attempts && <Broken text={t("fulfilment.attemptsBroken")} onAgain={list.refetch} isRow />}
      {attempts?.length === 0 && (
        <div className="row" role="status">
          <Text>{t(show ? "fulfilment.noneFailed" : "fulfilment.noAttempts")}</Text>
        </div>
      )}
      {attempts && attempts.length > 0 && (
        <table className="attempts" role="table" aria-labelledby="attempts-title">
          <thead role="rowgroup">
            <tr role="row">
              {(["when", "what", "building", "answer", "duration"] as const).map((column) => (
                <th key={column} role="columnheader" scope="col">
                  {t(`fulfilment.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {attempts.map((attempt) => (
              <Row key={attempt.number} attempt={attempt} channels={channels} />
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && (
        <div className="row">
          <More list={list} />
        </div>
      )}
    </section>
  );
}

function Row({ attempt, channels }: { attempt: Attempt; channels: Channel[] }) {
  const { t, i18n } = useTranslation();
  const { isFailed, isTest, notificationId, statusCode } = attempt;
  const Icon = isFailed ? IconAlertTriangle : IconCircleCheck;
  return (
    <tr role="row">
      <td role="cell">
        <Time atMs={attempt.atMs} />
      </td>
      <td role="cell">
        {isTest && <span className="badge">{t("fulfilment.isTest")}</span>}
        {attempt.channelId !== "webhook" && (
          <Text fz="sm" c="dimmed" component="div">
            {channels.find(({ id }) => id === attempt.channelId)?.name ?? t("channels.removed")}
          </Text>
        )}
        {!isTest && notificationId && (
          <Link to="/notifications/$notificationId" params={{ notificationId }} className="text-link">
            {attempt.ruleName ?? t("fulfilment.ruleGone")}
          </Link>
        )}
      </td>
      <td role="cell">{attempt.customerBuildingId ?? "–"}</td>
      <td role="cell">
        <span className="badge" data-status={isFailed ? "FAILED" : "DELIVERED"}>
          <Icon size={14} aria-hidden />
          {statusCode ?? t(isFailed ? "fulfilment.noAnswer" : "channels.acknowledged")}
        </span>
        {attempt.error && (
          <Text fz="sm" className="attempt-error">
            <Failure error={attempt.error} />
          </Text>
        )}
      </td>
      <td role="cell">{t("fulfilment.ms", { shown: number(attempt.durationMs, i18n.language) })}</td>
    </tr>
  );
}
