// What everything stands behind: signing in first, then the frame of every page.
import { Button, Center, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useMatch, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "./api/live";
import { forgetAccessToken } from "./api/public";
import { sessionQuery } from "./api/queries";
import { SessionContext } from "./parts/session";
import { TopBar } from "./parts/TopBar";
import { suggestLanguage } from "./texts";

// Whoever is signed in, which is nearly always, need not load it.
const SignIn = lazy(async () => ({ default: (await import("./pages/sign-in/SignIn")).SignIn }));

// The configurator, of a rule or a new one, and the pages of one building.
const WIDE_PAGE = /^\/rules\/(?!catalogue$)[^/]+$|^\/buildings\/[^/]+$/;

export function Gate() {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const memberLanguage = session.data?.language;
  useEffect(() => {
    if (memberLanguage) suggestLanguage(memberLanguage);
  }, [memberLanguage]);

  // What a mailed link opens, and how one is asked for: also for whoever is not signed in.
  const isOpenPage = useMatch({ from: "/open", shouldThrow: false }) !== undefined;
  if (isOpenPage) return <Outlet />;
  if (session.data === undefined && session.isError) {
    return (
      <Center component="main" h="100vh">
        <Stack align="center">
          <Text>{t("failure.title")}</Text>
          <Button variant="default" onClick={() => void session.refetch()}>
            {t("failure.again")}
          </Button>
        </Stack>
      </Center>
    );
  }
  if (session.data === undefined) return null;
  if (session.data === null) {
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    );
  }
  return (
    <SessionContext value={session.data}>
      <Frame key={session.data.customerId} />
    </SessionContext>
  );
}

function Frame() {
  const connection = useLive();
  useEffect(() => forgetAccessToken, []);
  // Known by the address, so that nothing moves when the page itself has come.
  const isWide = useRouterState({ select: (state) => WIDE_PAGE.test(state.location.pathname) });
  return (
    <div className="frame" data-wide={isWide || undefined}>
      <TopBar connection={connection} />
      <main id="content" className="page-width page" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
