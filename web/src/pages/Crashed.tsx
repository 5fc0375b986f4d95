// What stands where a page did not come, or broke: the rest of the console goes on.
import { Button, Center, Group, Text, Title } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

export function Crashed({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <div className="panel empty" role="alert">
      <Title order={1} fz="h3" mb="sm">
        {t("crash.page")}
      </Title>
      <Text mb="sm">{t("crash.lead")}</Text>
      <Text mb="md" size="sm" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
        {String(error)}
      </Text>
      <Group>
        <Button variant="default" onClick={() => window.location.reload()}>
          {t("crash.again")}
        </Button>
        <Link to="/" className="text-link">
          {t("notFound.back")}
        </Link>
      </Group>
    </div>
  );
}

/** Where not even the frame around the pages could be shown. */
export function AllCrashed(props: ErrorComponentProps) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Crashed {...props} />
    </Center>
  );
}
