// What a household was told, and what it did with it: by rule, by status, by interaction, and day by day.
import { SegmentedControl, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type NotificationFigures, notificationFiguresQuery } from "../../api/buildings";
import { Broken } from "../../parts/Broken";
import { COLOURS, escaped } from "../../parts/chartLook";
import { dayOfMonth, number } from "../../parts/formats";
import { daysAfter } from "../../parts/localTime";
import { DAYS } from "../buildingSearch";
import { TabPanel } from "./Dashboard";
import { Drawn } from "./Drawn";
import { categories } from "./options";

interface Slice {
  name: string;
  count: number;
  colour: string;
}

const STATUS_COLOURS = { DELIVERED: "--delivered", PENDING: "--pending", FAILED: "--failed", DROPPED: "--dropped" };

export function NotificationsTab({ buildingId }: { buildingId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/buildings/$buildingId" });
  const { days = 30 } = useSearch({ from: "/buildings/$buildingId" });
  const { data, isPending, refetch } = useQuery(notificationFiguresQuery(buildingId, days));
  return (
    <>
      <div className="tab-choices">
        <SegmentedControl
          size="xs"
          aria-label={t("buildings.span")}
          value={String(days)}
          data={DAYS.map((each) => ({ value: String(each), label: t("buildings.lastDays", { count: each }) }))}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, days: DAYS.find((each) => String(each) === value) }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        <Link to="/notifications" search={{ building: buildingId }} className="text-link small">
          {t("buildings.toNotifications")}
        </Link>
      </div>
      {isPending && <Skeleton height={620} aria-hidden />}
      {!isPending && !data && <Broken text={t("buildings.broken")} onAgain={refetch} />}
      {data && <Figures figures={data} />}
    </>
  );
}

function Figures({ figures }: { figures: NotificationFigures }) {
  const { t } = useTranslation();
  if (figures.byStatus.length === 0) {
    return (
      <div className="panel empty">
        <Text fw={600}>{t("buildings.noNotifications")}</Text>
        <Text c="dimmed" fz="sm">
          {t("buildings.noNotificationsLead")}
        </Text>
      </div>
    );
  }
  const rules = figures.byRule.map(({ name, count }, at) => ({
    name: name ?? t("buildings.goneRule"),
    count,
    colour: COLOURS[at % COLOURS.length] ?? "",
  }));
  const most = COLOURS.length - 1;
  // A donut of many thin slices tells nothing: the rarest are put together.
  const told =
    rules.length <= COLOURS.length
      ? rules
      : [
          ...rules.slice(0, most),
          {
            name: t("buildings.otherRules", { count: rules.length - most }),
            count: rules.slice(most).reduce((sum, { count }) => sum + count, 0),
            colour: "--dropped",
          },
        ];
  return (
    <>
      <div className="donuts">
        <Donut id="by-rule" title={t("buildings.byRule")} drawn={figures} slices={told} rows={rules} />
        <Donut
          id="by-status"
          title={t("buildings.byDelivery")}
          drawn={figures}
          slices={figures.byStatus.map(({ status, count }) => ({
            name: t(`status.${status}`),
            count,
            colour: STATUS_COLOURS[status],
          }))}
        />
        <Donut
          id="by-interaction"
          title={t("buildings.byInteraction")}
          drawn={figures}
          slices={figures.byInteraction.map(({ actionQualifier, count }, at) => ({
            name: t(`buildings.interaction.${(actionQualifier ?? "NONE") as "NONE"}`),
            count,
            colour: actionQualifier === null ? "--dropped" : (COLOURS[at % COLOURS.length] ?? ""),
          }))}
        />
      </div>
      <HeatMap figures={figures} />
    </>
  );
}

interface DonutProps {
  id: string;
  title: string;
  /** What the slices are of: they are drawn again when it is another. */
  drawn: NotificationFigures;
  slices: Slice[];
  /** All of what the slices are, where that is more. */
  rows?: Slice[];
}

function Donut({ id, title, drawn, slices, rows = slices }: DonutProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const total = slices.reduce((sum, { count }) => sum + count, 0);
  return (
    <TabPanel id={id} title={title}>
      {total === 0 ? (
        <Text c="dimmed" fz="sm">
          {t("buildings.nothing")}
        </Text>
      ) : (
        <Drawn
          title={title}
          summary={`${title}: ${slices.map(({ name, count }) => `${name} ${number(count, language)}`).join(", ")}`}
          drawn={drawn}
          height="15rem"
          columns={[title, t("buildings.count")]}
          rows={rows.map(({ name, count }) => [name, number(count, language)])}
          optionOf={(look) => ({
            tooltip: {
              ...look.tooltip,
              confine: true,
              formatter: ({ name, value, percent }: { name: string; value: number; percent: number }) =>
                `${escaped(name)}<br><b>${number(value, language)}</b> (${number(Math.round(percent), language)} %)`,
            },
            legend: {
              type: "scroll",
              bottom: 0,
              left: "center",
              icon: "roundRect",
              itemHeight: 8,
              itemWidth: 14,
              textStyle: { ...look.text, width: 150, overflow: "truncate" },
              pageTextStyle: look.text,
            },
            series: [
              {
                type: "pie",
                radius: ["46%", "70%"],
                center: ["50%", "42%"],
                itemStyle: { borderColor: look.token("--surface"), borderWidth: 2 },
                label: {
                  show: true,
                  position: "center",
                  formatter: number(total, language),
                  ...look.text,
                  fontSize: 22,
                  fontWeight: 650,
                  color: look.token("--mantine-color-text"),
                },
                labelLine: { show: false },
                data: slices.map(({ name, count, colour }) => ({
                  name,
                  value: count,
                  itemStyle: { color: look.token(colour) },
                })),
              },
            ],
          })}
        />
      )}
    </TabPanel>
  );
}

function HeatMap({ figures }: { figures: NotificationFigures }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  if (figures.byRule.length === 0) return null;
  const days: string[] = [];
  for (let day = figures.firstDay; day <= figures.lastDay; day = daysAfter(day, 1)) days.push(day);
  // The first rule on top.
  const rules = figures.byRule.map(({ ruleId, name }) => ({ ruleId, name: name ?? t("buildings.goneRule") })).reverse();
  const most = Math.max(...figures.byDay.map(({ count }) => count));
  const counts = new Map(figures.byDay.map(({ ruleId, day, count }) => [`${ruleId} ${day}`, count]));
  return (
    <TabPanel id="heat-title" title={t("buildings.heatMap")}>
      <Drawn
        title={t("buildings.heatMap")}
        summary={t("buildings.heatSummary")}
        drawn={figures}
        height={`${3.5 + rules.length * 1.75}rem`}
        columns={[t("buildings.rule"), t("buildings.day"), t("buildings.count")]}
        rows={figures.byDay.map(({ ruleId, day, count }) => [
          rules.find((each) => each.ruleId === ruleId)?.name,
          dayOfMonth(day, language, true),
          number(count, language),
        ])}
        optionOf={(look) => ({
          grid: { left: 4, right: 8, top: 4, bottom: 4, containLabel: true },
          tooltip: {
            ...look.tooltip,
            confine: true,
            formatter: ({ value: [x, y, count] }: { value: [number, number, number] }) =>
              `${escaped(rules[y]?.name ?? "")}<br>${dayOfMonth(days[x] ?? "", language, true)}: <b>${number(count, language)}</b>`,
          },
          xAxis: {
            ...categories(
              days.map((day) => dayOfMonth(day, language)),
              look,
            ),
            splitArea: { show: false },
          },
          yAxis: {
            type: "category",
            data: rules.map(({ name }) => name),
            axisTick: { show: false },
            axisLine: { show: false },
            axisLabel: { ...look.text, width: Math.min(190, look.widthPx * 0.34), overflow: "truncate" },
          },
          visualMap: {
            show: false,
            min: 0,
            max: Math.max(most, 1),
            inRange: { color: [look.token("--accent-soft"), look.token("--accent")] },
          },
          series: [
            {
              type: "heatmap",
              itemStyle: { borderColor: look.token("--surface"), borderWidth: 2, borderRadius: 3 },
              data: rules.flatMap(({ ruleId }, y) =>
                days.flatMap((day, x) => {
                  const count = counts.get(`${ruleId} ${day}`);
                  return count ? [[x, y, count]] : [];
                }),
              ),
            },
          ],
        })}
      />
    </TabPanel>
  );
}
