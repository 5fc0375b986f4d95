// What is known of a building, whichever tab is open; and how fresh the weather is that its forecasts rest on.
import { Alert } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Building, ProfileFigure, Stand } from "../../api/buildings";
import { placeOf } from "../../api/rules";
import { countryName, number, percent } from "../../parts/formats";
import { Time } from "../../parts/Time";

/** The provider that asks nobody. */
const OFFLINE = "offline";

export function Sidebar({ building, stand }: { building: Building; stand: Stand | undefined }) {
  const { t, i18n } = useTranslation();
  const { profile, tags } = building;
  const country = building.countryCode && countryName(building.countryCode, i18n.language);
  return (
    <aside className="panel building-side" aria-label={t("buildings.about")}>
      {tags && tags.length > 0 && (
        <ul className="building-tags" aria-label={t("buildings.tags")}>
          {tags.map((tag) => (
            <li key={tag}>
              <Link to="/buildings" search={{ tag }} className="building-mark" data-kind="tag">
                {tag}
              </Link>
            </li>
          ))}
        </ul>
      )}
      <dl>
        <Known name={t("buildings.column.lastEvent")}>
          {stand && (stand.lastEventMs === null ? t("buildings.noEvent") : <Time atMs={stand.lastEventMs} />)}
        </Known>
        <Known name={t("buildings.column.place")}>
          {[placeOf(building), country].filter(Boolean).join(", ") || t("buildings.noPlace")}
        </Known>
        <Known name={t("buildings.field.zone")}>{building.timeZoneId}</Known>
        {building.kwp !== null && (
          <Known name={t("buildings.field.kwp")}>{`${number(building.kwp, i18n.language)} kWp`}</Known>
        )}
        <Known name={t("buildings.early")}>{t(building.isEarlyAdopter ? "buildings.yes" : "buildings.no")}</Known>
      </dl>
      <h2 className="building-side-title">{t("buildings.inferred")}</h2>
      {profile ? (
        <dl>
          <Inferred name={t("buildings.figure.hasEnergyGeneration")} figure={profile.hasEnergyGeneration}>
            {(value) => t(value ? "buildings.yes" : "buildings.no")}
          </Inferred>
          <Inferred name={t("buildings.figure.effectiveCapacityKw")} figure={profile.effectiveCapacityKw}>
            {(value) => `${number(Math.round(Number(value) * 10) / 10, i18n.language)} kW`}
          </Inferred>
          <Inferred name={t("buildings.figure.elcomClass")} figure={profile.elcomClass}>
            {String}
          </Inferred>
          <Inferred name={t("buildings.figure.consumptionCategory")} figure={profile.consumptionCategory}>
            {(value) => t(`buildings.category.${value as "MEDIUM"}`)}
          </Inferred>
        </dl>
      ) : (
        <p className="fine">{t("buildings.noProfile")}</p>
      )}
      <h2 className="building-side-title">{t("buildings.weather")}</h2>
      {stand && <Weather stand={stand} />}
    </aside>
  );
}

function Weather({ stand: { weather, hasPlace } }: { stand: Stand }) {
  const { t } = useTranslation();
  if (!hasPlace) return <p className="fine">{t("buildings.weatherNoPlace")}</p>;
  if (!weather) return <p className="fine">{t("buildings.weatherNotYet")}</p>;
  return (
    <>
      {weather.isStale && (
        <Alert color="yellow" className="alert building-stale" role="status">
          {t("buildings.weatherStale")}
        </Alert>
      )}
      <dl>
        <Known name={t("buildings.weatherIssued")}>
          <Time atMs={weather.issuedAtMs} />
        </Known>
        <Known name={t("buildings.weatherProvider")}>
          {weather.provider === OFFLINE ? t("buildings.weatherOffline") : weather.provider}
        </Known>
      </dl>
    </>
  );
}

function Known({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface InferredProps {
  name: string;
  figure: ProfileFigure;
  children: (value: NonNullable<ProfileFigure["value"]>) => string;
}

/** A figure with how sure it is; what is too unsure is not claimed. */
function Inferred({ name, figure, children }: InferredProps) {
  const { t, i18n } = useTranslation();
  return (
    <Known name={name}>
      {figure.value === null ? (
        <span className="dimmed">{t("buildings.notClaimed")}</span>
      ) : (
        <>
          {children(figure.value)}{" "}
          <span className="fine">{t("buildings.sure", { share: percent(figure.confidence, i18n.language) })}</span>
        </>
      )}
    </Known>
  );
}
