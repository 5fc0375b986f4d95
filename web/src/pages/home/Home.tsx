// The live page: figures, what may have to be looked after, events per minute and hour, notifications per day, the newest notifications.
import { Skeleton, VisuallyHidden } from "@mantine/core";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { Later } from "../../parts/Later";
import { useAllowed, useSession } from "../../parts/session";
import { EventsPanel } from "./EventsPanel";
import { Figures } from "./Figures";
import { LatestNotifications } from "./LatestNotifications";
import { OnboardingCard } from "./OnboardingCard";
import { Standing } from "./Standing";

const Activity = lazy(() => import("./Activity"));

export function Home() {
  const { t } = useTranslation();
  const mayReadNotifications = useAllowed("read:pushnotifications");
  const { hasOnboarding } = useSession();
  return (
    <>
      <VisuallyHidden component="h1">{t("home.title")}</VisuallyHidden>
      {hasOnboarding && <OnboardingCard />}
      <Figures />
      <Standing />
      <EventsPanel />
      <Later waiting={<Skeleton className="activity-later" aria-hidden />}>
        <Activity />
      </Later>
      {mayReadNotifications && <LatestNotifications />}
    </>
  );
}
