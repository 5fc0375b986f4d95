// "?": from each page to what the manual says of it.
import { IconHelp } from "@tabler/icons-react";
import { Link, useMatches } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { HELP_OF } from "./helpOf";

export function HelpLink() {
  const { t } = useTranslation();
  const path = useMatches({ select: (matches) => matches.at(-1)?.fullPath ?? "" });
  const [page = "", section] = (path in HELP_OF ? HELP_OF[path as keyof typeof HELP_OF] : "").split("#");
  const target = page ? { to: "/help/$" as const, params: { _splat: page } } : { to: "/help" as const };
  return (
    <Link
      {...target}
      {...(section ? { hash: section } : {})}
      className="bar-button"
      aria-label={t("help.ofPage")}
      title={t("help.ofPage")}
      activeProps={{}}
    >
      <IconHelp size={20} aria-hidden />
    </Link>
  );
}
