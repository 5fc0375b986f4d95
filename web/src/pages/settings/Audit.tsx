// The audit log: who changed what, and when; what was searched stands in the address.
import { Button, Skeleton, Text, TextInput, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { type AuditEntry, auditQuery } from "../../api/accounts";
import { Broken } from "../../parts/Broken";
import { More } from "../../parts/More";
import { Time } from "../../parts/Time";

export function Audit() {
  const { t } = useTranslation();
  const { search = "" } = useSearch({ from: "/settings/audit" });
  const navigate = useNavigate({ from: "/settings/audit" });
  const list = useInfiniteQuery(auditQuery(search));
  const entries = list.data?.pages.flatMap((page) => page.items);
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("search")).trim();
    void navigate({ search: { search: text || undefined }, resetScroll: false });
  };
  return (
    <section className="panel" aria-labelledby="audit-title">
      <div className="rows-head">
        <Title order={2} id="audit-title" className="panel-title">
          {t("audit.title")}
        </Title>
        <form key={search} role="search" className="row-side" onSubmit={find}>
          <TextInput
            type="search"
            name="search"
            aria-label={t("audit.search")}
            placeholder={t("audit.search")}
            defaultValue={search}
            maxLength={200}
          />
          <Button type="submit" variant="default">
            {t("audit.find")}
          </Button>
        </form>
      </div>
      {list.isPending && <Skeleton height={240} aria-hidden />}
      {list.isError && !entries && <Broken text={t("audit.broken")} onAgain={list.refetch} isRow />}
      {entries?.length === 0 && (
        <div className="row" role="status">
          <Text>{t(search ? "audit.none" : "audit.empty")}</Text>
          {search && (
            <Link to="/settings/audit" className="text-link">
              {t("audit.all")}
            </Link>
          )}
        </div>
      )}
      <ol className="rows" aria-labelledby="audit-title">
        {entries?.map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
      </ol>
      {list.hasNextPage && (
        <div className="row">
          <More list={list} />
        </div>
      )}
    </section>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const names = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])];
  return (
    <li className="row entry">
      <div className="row-main">
        <Text>
          <strong>{t(`audit.action.${entry.action}`)}</strong> · {entry.subject}
        </Text>
        <Text c="dimmed" fz="sm">
          {entry.actorKind === "client" && `${t("audit.actor.client")} · `}
          {entry.actorName || t(`audit.actor.${entry.actorKind}`)}
        </Text>
        {names.length > 0 && (
          <details>
            <summary>{t("audit.details")}</summary>
            <table className="change">
              <thead>
                <tr>
                  <th scope="col">{t("audit.field")}</th>
                  <th scope="col">{t("audit.before")}</th>
                  <th scope="col">{t("audit.after")}</th>
                </tr>
              </thead>
              <tbody>
                {names.map((name) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>{written(entry.before?.[name])}</td>
                    <td>{written(entry.after?.[name])}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
      </div>
      <Time atMs={entry.atMs} />
    </li>
  );
}

function written(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}
