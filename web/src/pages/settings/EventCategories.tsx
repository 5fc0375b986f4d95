// What the homes send: per type and source how many, how often it should come, and how often it comes.
import { Button, NativeSelect, Skeleton, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../../api/client";
import { type EventCategory, eventCategoriesQuery } from "../../api/organisation";
import { Broken } from "../../parts/Broken";
import { Breakable } from "../../parts/Breakable";
import { aboutLength, figure, number, percent } from "../../parts/formats";
import { FormRefusal } from "../../parts/FormRefusal";
import { Time } from "../../parts/Time";
import { TypedInput } from "../../parts/TypedInput";
import { type Order, ORDERS, shownCategories } from "./categories";

type Key = Pick<EventCategory, "eventType" | "source">;
const isSame = (a: Key, b: Key) => a.eventType === b.eventType && a.source === b.source;

function useMeasuring() {
  const queries = useQueryClient();
  const isStopped = useRef(false);
  const stop = () => {
    isStopped.current = true;
  };
  // Whoever leaves no longer waits for it.
  useEffect(() => stop, []);
  const measuring = useMutation({
    // One after the other: each looks at a few hundred series. The one under way is always finished.
    mutationFn: async (keys: Key[]) => {
      isStopped.current = false;
      for (const { eventType, source } of keys) {
        if (isStopped.current) return "stopped";
        const fresh = await answer(
          client.POST("/console/api/event-categories/measurement", { body: { eventType, source } }),
        );
        queries.setQueryData(eventCategoriesQuery.queryKey, (before) =>
          before?.map((each) => (isSame(each, fresh) ? fresh : each)),
        );
      }
      return "done";
    },
  });
  return { ...measuring, stop };
}

export function EventCategories() {
  const { t } = useTranslation();
  const { search = "", sort = "name" } = useSearch({ from: "/settings/event-categories" });
  const navigate = useNavigate({ from: "/settings/event-categories" });
  const list = useQuery(eventCategoriesQuery);
  const measuring = useMeasuring();
  const change = (patch: { search?: string | undefined; sort?: Order | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  const shown = list.data && shownCategories(list.data, search, sort);
  return (
    <section className="panel" aria-labelledby="categories-title">
      <div className="rows-head">
        <div className="row-main">
          <Title order={2} id="categories-title" className="panel-title">
            {t("event-categories.title")}
          </Title>
          <Text c="dimmed" fz="sm" maw="46rem">
            {t("event-categories.lead")}
          </Text>
        </div>
        {shown && shown.length > 0 && (
          <Button
            variant="default"
            leftSection={measuring.isPending && <IconPlayerStop size={16} aria-hidden />}
            onClick={() => (measuring.isPending ? measuring.stop() : measuring.mutate(shown))}
          >
            {t(measuring.isPending ? "event-categories.stop" : "event-categories.measureAll")}
          </Button>
        )}
      </div>
      {list.data && list.data.length > 0 && (
        <div className="category-tools" role="search">
          <TypedInput
            type="search"
            aria-label={t("event-categories.search")}
            placeholder={t("event-categories.search")}
            value={search}
            onText={(text) => change({ search: text || undefined })}
          />
          <NativeSelect
            aria-label={t("event-categories.sort")}
            value={sort}
            data={ORDERS.map((order) => ({ value: order, label: t(`event-categories.order.${order}`) }))}
            onChange={(event) => change({ sort: event.currentTarget.value as Order })}
          />
        </div>
      )}
      <VisuallyHidden role="status">
        {measuring.isPending && t("event-categories.measuring")}
        {measuring.data && t(`event-categories.${measuring.data}`)}
      </VisuallyHidden>
      {measuring.error && (
        <div className="row">
          <FormRefusal error={measuring.error} />
        </div>
      )}
      {list.isPending && <Skeleton height={320} aria-hidden />}
      {list.isError && !list.data && <Broken text={t("event-categories.broken")} onAgain={list.refetch} isRow />}
      {list.data?.length === 0 && (
        <div className="row" role="status">
          <Text>{t("event-categories.empty")}</Text>
        </div>
      )}
      {shown?.length === 0 && list.data && list.data.length > 0 && (
        <div className="row" role="status">
          <Text>{t("event-categories.none")}</Text>
          <Link to="/settings/event-categories" className="text-link" activeProps={{}}>
            {t("members.all")}
          </Link>
        </div>
      )}
      {shown && shown.length > 0 && (
        <table className="categories" aria-labelledby="categories-title">
          <thead>
            <tr>
              {(["category", "unit", "catalogue", "measured", "lastDay", "buildings"] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`event-categories.${column}`)}
                </th>
              ))}
              <th scope="col">
                <VisuallyHidden>{t("event-categories.measureLong")}</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <Row key={`${each.eventType} ${each.source}`} category={each} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ category }: { category: EventCategory }) {
  const { t, i18n } = useTranslation();
  const measuring = useMeasuring();
  const { eventType, source, unit, catalogueIntervalSeconds: seconds, series, sampled } = category;
  const isEstimate = sampled < series;
  return (
    <tr>
      <th scope="row">
        <span className="category-type">
          <Breakable name={eventType} />
        </span>
        <span className="category-source">{source}</span>
      </th>
      <td data-label={t("event-categories.unit")}>{unit || "–"}</td>
      <td data-label={t("event-categories.catalogue")}>
        {seconds === null && t("event-categories.gone")}
        {seconds === 0 && t("event-categories.onChange")}
        {seconds !== null && seconds > 0 && aboutLength(seconds, i18n.language)}
      </td>
      <td data-label={t("event-categories.measured")}>
        <div>
          <Measured category={category} />
          <FormRefusal error={measuring.error} />
        </div>
      </td>
      <td data-label={t("event-categories.lastDay")} className="numeric">
        <div>
          {isEstimate && `${t("event-categories.about")} `}
          {figure(category.eventsLastDay, i18n.language)}
          {isEstimate && (
            <span className="fine">
              {t("event-categories.fromSample", {
                sampled: number(sampled, i18n.language),
                series: number(series, i18n.language),
              })}
            </span>
          )}
        </div>
      </td>
      <td data-label={t("event-categories.buildings")} className="numeric">
        {number(category.buildings, i18n.language)}
      </td>
      <td className="category-action">
        <Button
          variant="default"
          size="xs"
          aria-label={`${t("event-categories.measureLong")}: ${eventType}, ${source}`}
          loading={measuring.isPending}
          onClick={() => measuring.mutate([{ eventType, source }])}
        >
          {t("event-categories.measure")}
        </Button>
      </td>
    </tr>
  );
}

/** The interval, how many homes keep it, and what to make of it. */
function Measured({ category }: { category: EventCategory }) {
  const { t, i18n } = useTranslation();
  const { measured, quantity, catalogueIntervalSeconds } = category;
  if (!measured) return <span className="dimmed">{t("event-categories.notYet")}</span>;
  const { intervalSeconds, alikeShare, deviation } = measured;
  const looked = t("event-categories.looked", {
    sampled: number(measured.sampled, i18n.language),
    series: number(measured.series, i18n.language),
  });
  return (
    <div className="measured">
      {intervalSeconds === null || alikeShare === null ? (
        <span>{t("event-categories.tooFew", { length: aboutLength(measured.lookedBackSeconds, i18n.language) })}</span>
      ) : (
        <span className="measured-interval">{aboutLength(intervalSeconds, i18n.language)}</span>
      )}
      {deviation && (
        <span className="deviation" data-deviation={deviation}>
          {t(`event-categories.deviation.${deviation}`, {
            catalogue: aboutLength(catalogueIntervalSeconds ?? 0, i18n.language),
          })}{" "}
          {deviation === "SLOWER" && t("event-categories.slowerMeans")}
          {deviation === "FASTER" && quantity === "interval" && t("event-categories.fasterMeans")}
        </span>
      )}
      <span className="fine">
        {alikeShare === null
          ? looked
          : t(measured.measured < measured.sampled ? "event-categories.alikeSome" : "event-categories.alike", {
              looked,
              measured: number(measured.measured, i18n.language),
              share: percent(alikeShare, i18n.language),
            })}
      </span>
      <Time atMs={measured.measuredAtMs} />
    </div>
  );
}
