// What is inferred of a household, how sure that is and why; and its devices.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Household, HouseholdProfile, ProfileFigure } from "../../api/buildings";
import { number, percent } from "../../parts/formats";
import type { Look } from "../../parts/useChart";
import { TabPanel } from "./Dashboard";
import { Devices } from "./Devices";
import { Drawn } from "./Drawn";

const NARROW_PX = 420;
const MOTIVES = ["ecologicalMotivation", "economicalMotivation", "selfSufficiencyMotivation"] as const;
const TYPES = {
  householdType: ["SINGLE_PERSON", "MULTI_PERSON"],
  buildingType: ["RESIDENTIAL", "COMMERCIAL"],
} as const;
const FIGURES = [
  "hasEnergyGeneration",
  "effectiveCapacityKw",
  "consumptionCategory",
  "elcomClass",
  "householdType",
  "buildingType",
  ...MOTIVES,
] as const;

export function ProfileTab({ household }: { household: Household }) {
  const { t } = useTranslation();
  const { profile } = household.building;
  return (
    <>
      {profile ? (
        <>
          <div className="panel-pair">
            <Motives profile={profile} />
            <Types profile={profile} />
          </div>
          <Reasons profile={profile} />
        </>
      ) : (
        <div className="panel empty">
          <Text fw={600}>{t("buildings.noProfile")}</Text>
          <Text c="dimmed" fz="sm">
            {t("buildings.noProfileLead")}
          </Text>
        </div>
      )}
      <Devices household={household} />
    </>
  );
}

function Motives({ profile }: { profile: HouseholdProfile }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const known = MOTIVES.filter((each) => profile[each].value !== null);
  const strength = (figure: ProfileFigure) => (figure.value === null ? 0 : Number(figure.value));
  const told = (each: (typeof MOTIVES)[number]) =>
    profile[each].value === null ? t("buildings.notClaimed") : percent(strength(profile[each]), language);
  return (
    <TabPanel id="motives-title" title={t("buildings.motives")}>
      {known.length === 0 ? (
        <Text c="dimmed" fz="sm">
          {t("buildings.motivesUnknown")}
        </Text>
      ) : (
        <Drawn
          title={t("buildings.motives")}
          summary={t("buildings.motivesSummary", {
            figures: MOTIVES.map((each) => `${t(`buildings.figure.${each}`)} ${told(each)}`).join(", "),
          })}
          drawn={profile}
          columns={[t("buildings.motive"), t("buildings.strength"), t("buildings.confidence")]}
          rows={MOTIVES.map((each) => [
            t(`buildings.figure.${each}`),
            told(each),
            percent(profile[each].confidence, language),
          ])}
          optionOf={(look) => ({
            tooltip: {
              ...look.tooltip,
              confine: true,
              valueFormatter: (value: unknown) => percent(Number(value), language),
            },
            radar: {
              indicator: MOTIVES.map((each) => ({
                name: `${t(`buildings.figure.${each}`)}\n${profile[each].value === null ? "–" : told(each)}`,
                max: 1,
              })),
              radius: look.widthPx < NARROW_PX ? "46%" : "62%",
              center: ["50%", "56%"],
              axisName: { ...look.text, lineHeight: 16 },
              axisLine: { lineStyle: look.lineStyle },
              splitLine: { lineStyle: look.lineStyle },
              splitArea: { show: false },
            },
            series: [
              {
                type: "radar",
                data: [
                  {
                    name: t("buildings.motives"),
                    value: MOTIVES.map((each) => strength(profile[each])),
                    areaStyle: { color: look.token("--series-1"), opacity: 0.2 },
                    lineStyle: { color: look.token("--series-1"), width: 2 },
                    itemStyle: { color: look.token("--series-1") },
                  },
                ],
              },
            ],
          })}
        />
      )}
    </TabPanel>
  );
}

/** A needle between two kinds: the surer, the nearer to one of them. */
function Types({ profile }: { profile: HouseholdProfile }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const names = Object.keys(TYPES) as (keyof typeof TYPES)[];
  const told = (name: keyof typeof TYPES) => {
    const { value, confidence } = profile[name];
    if (value === null) return t("buildings.notClaimed");
    return `${t(`buildings.type.${value as "RESIDENTIAL"}`)}, ${t("buildings.sure", { share: percent(confidence, language) })}`;
  };
  return (
    <TabPanel id="types-title" title={t("buildings.types")}>
      <Drawn
        title={t("buildings.types")}
        summary={names.map((name) => `${t(`buildings.figure.${name}`)}: ${told(name)}`).join(". ")}
        drawn={profile}
        columns={[t("buildings.what"), t("buildings.likeliest"), t("buildings.confidence")]}
        rows={names.map((name) => [
          t(`buildings.figure.${name}`),
          profile[name].value === null
            ? t("buildings.notClaimed")
            : t(`buildings.type.${profile[name].value as "RESIDENTIAL"}`),
          percent(profile[name].confidence, language),
        ])}
        optionOf={(look) => ({
          series: names.map((name, at) =>
            gauge(look, profile[name], TYPES[name], at, {
              title: t(`buildings.figure.${name}`),
              ends: TYPES[name].map((each) => t(`buildings.type.${each}`)),
              told:
                profile[name].value === null
                  ? t("buildings.notClaimed")
                  : t(`buildings.type.${profile[name].value as "RESIDENTIAL"}`),
            }),
          ),
        })}
      />
    </TabPanel>
  );
}

function gauge(
  look: Look,
  figure: ProfileFigure,
  types: readonly [string, string],
  at: number,
  words: { title: string; ends: string[]; told: string },
) {
  const isClaimed = figure.value !== null;
  const side = figure.value === types[1] ? 1 : -1;
  return {
    type: "gauge",
    startAngle: 180,
    endAngle: 0,
    center: [at === 0 ? "26%" : "74%", "62%"],
    radius: "62%",
    min: 0,
    max: 1,
    splitNumber: 1,
    axisLine: {
      lineStyle: {
        width: 10,
        color: [
          [0.5, look.token("--series-2")],
          [1, look.token("--series-3")],
        ],
      },
    },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      ...look.text,
      distance: -2,
      fontSize: 11,
      formatter: () => "",
    },
    pointer: { show: isClaimed, length: "62%", width: 4, itemStyle: { color: look.token("--mantine-color-text") } },
    anchor: { show: isClaimed, size: 8, itemStyle: { color: look.token("--mantine-color-text") } },
    title: { ...look.text, offsetCenter: [0, "-125%"], fontWeight: 600, color: look.token("--mantine-color-text") },
    detail: {
      ...look.text,
      fontWeight: 400,
      offsetCenter: [0, "38%"],
      formatter: () => `${words.told}${look.widthPx < NARROW_PX ? "" : `\n${words.ends.join(" – ")}`}`,
      lineHeight: 18,
    },
    data: [{ value: isClaimed ? 0.5 + (side * figure.confidence) / 2 : 0.5, name: words.title }],
  };
}

function Reasons({ profile }: { profile: HouseholdProfile }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const valueOf = (name: (typeof FIGURES)[number]) => {
    const { value } = profile[name];
    if (value === null) return t("buildings.notClaimed");
    if (typeof value === "boolean") return t(value ? "buildings.yes" : "buildings.no");
    if (name === "effectiveCapacityKw") return `${number(Math.round(Number(value) * 10) / 10, language)} kW`;
    if (typeof value === "number") return percent(value, language);
    if (name === "elcomClass") return value;
    return name === "consumptionCategory"
      ? t(`buildings.category.${value as "MEDIUM"}`)
      : t(`buildings.type.${value as "RESIDENTIAL"}`);
  };
  const reasonOf = ({ reasonCode, reasonValues }: ProfileFigure) => {
    const values = Object.entries(reasonValues).map(([name, value]) => [
      name,
      typeof value === "number" ? number(Math.round(value * 100) / 100, language) : value,
    ]);
    // Which values there are depends on the code.
    return String(t(`buildings.reason.${reasonCode}`, Object.fromEntries(values) as never));
  };
  return (
    <TabPanel id="reasons-title" title={t("buildings.reasons")}>
      <div className="drawn-scroll" tabIndex={0} role="region" aria-labelledby="reasons-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("buildings.what")}</th>
              <th scope="col">{t("buildings.value")}</th>
              <th scope="col">{t("buildings.confidence")}</th>
              <th scope="col">{t("buildings.why")}</th>
            </tr>
          </thead>
          <tbody>
            {FIGURES.map((name) => (
              <tr key={name}>
                <th scope="row">{t(`buildings.figure.${name}`)}</th>
                <td>{valueOf(name)}</td>
                <td className="numeric">{percent(profile[name].confidence, language)}</td>
                <td>{reasonOf(profile[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </TabPanel>
  );
}
