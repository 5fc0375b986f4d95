// Reminds whoever can go on with it that the organisation is not set up yet. As tall before it is loaded as after.
import { CloseButton, Progress, Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { countDone, onboardingQuery } from "../../api/onboarding";
import { FormRefusal } from "../../parts/FormRefusal";
import { LinkButton } from "../../parts/LinkButton";
import { useHiding } from "../start/useHiding";

// The steps are done elsewhere, by programs and by other people.
const LOOK_MS = 15_000;

export function OnboardingCard() {
  const { t } = useTranslation();
  const { data } = useQuery({ ...onboardingQuery, refetchInterval: LOOK_MS });
  const hiding = useHiding();
  const next = data?.steps.find(({ state }) => state !== "DONE");
  const done = data && countDone(data.steps);
  if (data && !next) return null; // done meanwhile
  return (
    <section className="panel onboarding-card" aria-labelledby="onboarding-title">
      <div className="onboarding-words">
        <Title order={2} id="onboarding-title" className="panel-title">
          {data ? t("start.card", { done, of: data.steps.length }) : <Skeleton width="14rem" height={24} />}
        </Title>
        <Text c="dimmed" fz="sm" component="div">
          {next ? t("start.next", { step: t(`start.step.${next.name}`) }) : <Skeleton width="10rem" height={22} />}
        </Text>
      </div>
      <Progress
        className="onboarding-bar"
        value={data && done !== undefined ? (100 * done) / data.steps.length : 0}
        size="sm"
        color="var(--delivered)"
        aria-hidden
      />
      <LinkButton to="/start">{t("start.goOn")}</LinkButton>
      <CloseButton
        className="onboarding-hide"
        aria-label={t("start.hide")}
        title={t("start.hide")}
        disabled={hiding.isPending}
        onClick={() => hiding.mutate(true)}
      />
      <FormRefusal error={hiding.error} />
    </section>
  );
}
