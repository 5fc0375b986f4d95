// A part of a page whose code comes when it is first shown. Without it, and where the part breaks, only its place says so.
import { Button, Text } from "@mantine/core";
import { CatchBoundary } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** What stands there until the code has come. */
  waiting?: ReactNode;
  children: ReactNode;
}

export function Later({ waiting, children }: Props) {
  return (
    <CatchBoundary getResetKey={() => "never"} errorComponent={Failed}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </CatchBoundary>
  );
}

// A browser remembers that a script did not come, until the page is loaded anew: nothing less would fetch it again.
// https://github.com/whatwg/html/issues/6768
function Failed() {
  const { t } = useTranslation();
  return (
    <div className="not-come" role="alert">
      <Text size="sm">{t("crash.part")}</Text>
      <Button variant="default" size="xs" onClick={() => window.location.reload()}>
        {t("crash.again")}
      </Button>
    </div>
  );
}
