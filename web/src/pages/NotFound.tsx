import { Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="panel empty">
      <Title order={1} fz="h3" mb="sm">
        {t("notFound.title")}
      </Title>
      <Link to="/" className="text-link">
        {t("notFound.back")}
      </Link>
    </div>
  );
}
