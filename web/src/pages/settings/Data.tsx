// What the organisation is, what holds for its households, and the clients with which its cloud comes in.
import { Skeleton } from "@mantine/core";
import { usePrefetchQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { clientsQuery, organisationQuery } from "../../api/organisation";
import { Broken } from "../../parts/Broken";
import { Clients } from "./Clients";
import { HouseholdLimits } from "./HouseholdLimits";
import { Organisation } from "./Organisation";

export function Data() {
  const { t } = useTranslation();
  const { data, isPending, refetch } = useQuery(organisationQuery);
  usePrefetchQuery(clientsQuery);
  // How tall the forms are depends on width and language: what stands below comes with them, so that it does not move.
  if (isPending) {
    return (
      <div className="panel-pair" aria-hidden>
        <Skeleton height={640} />
        <Skeleton height={440} />
      </div>
    );
  }
  return (
    <>
      {data ? (
        <div className="panel-pair">
          <Organisation organisation={data} />
          <HouseholdLimits limits={data.limits} />
        </div>
      ) : (
        <Broken text={t("data.broken")} onAgain={refetch} />
      )}
      <Clients />
    </>
  );
}
