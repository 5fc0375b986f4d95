import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Status } from "../../api/client";
import { STATUSES } from "../../parts/StatusBadge";

/** Links to this page with each status; without one all but the dropped. */
export function StatusFilter({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  return (
    <nav className="filters" aria-label={t("list.filter")}>
      {[undefined, ...STATUSES].map((choice) => (
        <Link
          key={choice ?? "GENERATED"}
          to="."
          search={(search) => ({ ...search, status: choice })}
          resetScroll={false}
          className="filter"
          activeOptions={{ exact: true }}
          aria-current={choice === status ? "true" : undefined}
          activeProps={{}}
        >
          {choice ? t(`status.${choice}`) : t("list.generated")}
        </Link>
      ))}
    </nav>
  );
}
