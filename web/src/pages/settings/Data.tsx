// What the organisation is, what holds for its households, and the clients with which its cloud comes in.
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { organisationQuery } from "../../api/organisation";
import { Broken } from "../../parts/Broken";
import { Clients } from "./Clients";
import { HouseholdLimits } from "./HouseholdLimits";
import { Organisation } from "./Organisation";

export function Data() {
  const { t } = useTranslation();
  const { data, isPending, refetch } = useQuery(organisationQuery);
  return (
    <>
      {isPending && <Skeleton height={420} aria-hidden />}
      {!data && !isPending && <Broken text={t("data.broken")} onAgain={refetch} />}
      {data && (
        <div className="panel-pair">
          <Organisation organisation={data} />
          <HouseholdLimits limits={data.limits} />
        </div>
      )}
      <Clients />
    </>
  );
}
