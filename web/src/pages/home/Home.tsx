// The live page: figures, events per minute, notifications; a notification opens beside it.
import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAllowed } from "../../parts/session";
import { EventsPanel } from "./EventsPanel";
import { Figures } from "./Figures";
import { NotificationDrawer } from "./NotificationDrawer";
import { NotificationList } from "./NotificationList";

export function Home() {
  const { t } = useTranslation();
  const mayReadNotifications = useAllowed("read:pushnotifications");
  return (
    <>
      <VisuallyHidden component="h1">{t("home.title")}</VisuallyHidden>
      <Figures />
      <EventsPanel />
      {mayReadNotifications && (
        <>
          <NotificationList />
          <NotificationDrawer />
        </>
      )}
    </>
  );
}
