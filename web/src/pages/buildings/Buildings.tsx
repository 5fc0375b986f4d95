// All buildings: who is heard of and who is silent. How the list is looked at stands in the address, the selection does not.
import "../../styles/rules.css";
import "../settings/settings.css";
import "./buildings.css";
import { Button, Checkbox, Select, Skeleton, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type BuildingCounts, buildingListQuery, type BuildingRow, buildingTagsQuery } from "../../api/buildings";
import { placeOf } from "../../api/rules";
import { Broken } from "../../parts/Broken";
import { number } from "../../parts/formats";
import { LinkButton } from "../../parts/LinkButton";
import { useAllowed } from "../../parts/session";
import { Time } from "../../parts/Time";
import { TypedInput } from "../../parts/TypedInput";
import { BUILDING_STATUSES, type BuildingsSearch, SORTS } from "../buildingSearch";
import { AddBuilding } from "./AddBuilding";
import { ChangeMany } from "./ChangeMany";
import { StandBadge } from "./StandBadge";

export function Buildings() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/buildings" });
  const { dialog, ...asked } = search;
  const mayRead = useAllowed("read:buildings");
  const mayWrite = useAllowed("write:buildings");
  const list = useQuery({ ...buildingListQuery(asked), enabled: mayRead });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const isFiltered = Boolean(search.q ?? search.tag ?? search.stand ?? search.after);
  const rows = list.data?.items;
  if (!mayRead) {
    return (
      <div className="panel empty" role="alert">
        {t("accounts.forbidden")}
      </div>
    );
  }
  return (
    <>
      <div className="page-head">
        <Title order={1} className="page-title">
          {t("buildings.title")}
        </Title>
        {mayWrite && (
          <LinkButton
            from="/buildings"
            to="/buildings"
            search={(before) => ({ ...before, dialog: "new" })}
            leftSection={<IconPlus size={17} aria-hidden />}
          >
            {t("buildings.add")}
          </LinkButton>
        )}
      </div>
      <Filters search={search} counts={list.data?.counts} />
      {mayWrite && <ChangeMany chosen={chosen} onDone={() => setChosen(new Set())} />}
      {list.isPending && <Skeleton height={420} aria-hidden />}
      {list.isError && !rows && <Broken text={t("buildings.broken")} onAgain={list.refetch} />}
      {rows?.length === 0 && !isFiltered && <NoBuildings />}
      {rows?.length === 0 && isFiltered && (
        <div className="panel empty" role="status">
          <Text mb="xs">{t("buildings.noneFits")}</Text>
          <Link to="/buildings" search={{}} className="text-link" activeProps={{}}>
            {t("buildings.showAll")}
          </Link>
        </div>
      )}
      {rows && rows.length > 0 && (
        <>
          <Table
            rows={rows}
            search={search}
            chosen={chosen}
            onChoose={mayWrite ? setChosen : undefined}
            isStale={list.isPlaceholderData}
          />
          <Pages search={search} next={list.data?.nextAfter} />
        </>
      )}
      {mayWrite && <AddBuilding isOpen={dialog === "new"} />}
    </>
  );
}

function Filters({ search, counts }: { search: BuildingsSearch; counts: BuildingCounts | undefined }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate({ from: "/buildings" });
  const tags = useQuery(buildingTagsQuery);
  // Whoever asks for others begins at the first page.
  const change = (patch: BuildingsSearch) =>
    void navigate({
      search: (before) => ({ ...before, after: undefined, ...patch }),
      replace: true,
      resetScroll: false,
    });
  const ofStatus = counts && {
    ACTIVE: counts.active,
    SILENT: counts.silent,
    NEW: counts.new,
    DEACTIVATED: counts.deactivated,
  };
  const all = ofStatus && Object.values(ofStatus).reduce((sum, count) => sum + count, 0);
  const found = search.stand ? ofStatus?.[search.stand] : all;
  return (
    <div className="building-filters" role="search">
      <TypedInput
        className="building-search"
        type="search"
        maxLength={200}
        aria-label={t("buildings.search")}
        placeholder={t("buildings.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search.q ?? ""}
        onText={(text) => change({ q: text || undefined })}
      />
      <nav className="filters" aria-label={t("buildings.byStatus")}>
        {[undefined, ...BUILDING_STATUSES].map((status) => (
          <Link
            key={status ?? "ALL"}
            from="/buildings"
            to="/buildings"
            search={(before) => ({ ...before, stand: status, after: undefined })}
            resetScroll={false}
            className="filter"
            aria-current={status === search.stand ? "true" : undefined}
            activeOptions={{ exact: true }}
            activeProps={{}}
          >
            {status ? t(`buildings.status.${status}`) : t("buildings.all")}{" "}
            <span className="filter-count">
              {ofStatus ? number(status ? ofStatus[status] : (all ?? 0), i18n.language) : ""}
            </span>
          </Link>
        ))}
      </nav>
      <Select
        className="building-tag"
        aria-label={t("buildings.byTag")}
        placeholder={t("buildings.byTag")}
        data={(tags.data ?? []).map(({ tag }) => tag)}
        value={search.tag ?? null}
        onChange={(tag) => change({ tag: tag ?? undefined })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("buildings.anyTag") }}
        nothingFoundMessage={t("buildings.noTag")}
      />
      <VisuallyHidden role="status">{found !== undefined && t("buildings.found", { count: found })}</VisuallyHidden>
    </div>
  );
}

interface TableProps {
  rows: BuildingRow[];
  search: BuildingsSearch;
  chosen: ReadonlySet<string>;
  /** Without it nothing can be chosen. */
  onChoose: ((chosen: ReadonlySet<string>) => void) | undefined;
  isStale: boolean;
}

function Table({ rows, search, chosen, onChoose, isStale }: TableProps) {
  const { t } = useTranslation();
  const ids = rows.map(({ customerBuildingId }) => customerBuildingId);
  const count = ids.filter((id) => chosen.has(id)).length;
  const choose = (some: string[], isOn: boolean) => {
    const next = new Set(chosen);
    for (const id of some) {
      if (isOn) next.add(id);
      else next.delete(id);
    }
    onChoose?.(next);
  };
  return (
    <div className="panel building-panel" aria-busy={isStale}>
      <table className="building-table">
        <caption className="visually-hidden">{t("buildings.title")}</caption>
        <thead>
          <tr>
            {onChoose && (
              <th scope="col" className="building-choice">
                <Checkbox
                  aria-label={t("buildings.chooseAll")}
                  checked={count === ids.length}
                  indeterminate={count > 0 && count < ids.length}
                  onChange={(event) => choose(ids, event.currentTarget.checked)}
                />
              </th>
            )}
            <SortHead sort="id" search={search} label={t("buildings.column.id")} />
            <th scope="col">{t("buildings.column.status")}</th>
            <SortHead sort="lastEvent" search={search} label={t("buildings.column.lastEvent")} />
            <SortHead sort="city" search={search} label={t("buildings.column.place")} />
            <th scope="col" className="numeric">
              {t("buildings.column.devices")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.customerBuildingId}
              row={row}
              isChosen={chosen.has(row.customerBuildingId)}
              onChoose={onChoose && ((isOn) => choose([row.customerBuildingId], isOn))}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SortHead({ sort, search, label }: { sort: (typeof SORTS)[number]; search: BuildingsSearch; label: string }) {
  const isSorted = (search.sort ?? "id") === sort;
  const isDescending = search.descending === true;
  const Arrow = isDescending ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : "none"}>
      <Link
        from="/buildings"
        to="/buildings"
        search={(before) => ({
          ...before,
          sort,
          descending: isSorted && !isDescending ? true : undefined,
          after: undefined,
        })}
        replace
        resetScroll={false}
        className="sort-link"
        activeProps={{}}
      >
        {label}
        {isSorted && <Arrow size={14} aria-hidden />}
      </Link>
    </th>
  );
}

interface RowProps {
  row: BuildingRow;
  isChosen: boolean;
  onChoose: ((isOn: boolean) => void) | undefined;
}

function Row({ row, isChosen, onChoose }: RowProps) {
  const { t, i18n } = useTranslation();
  const { customerBuildingId: id, tags } = row;
  return (
    <tr data-chosen={isChosen || undefined}>
      {onChoose && (
        <td className="building-choice">
          <Checkbox
            aria-label={t("buildings.choose", { id })}
            checked={isChosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        </td>
      )}
      <th scope="row" className="building-name">
        <Link to="/buildings/$buildingId" params={{ buildingId: id }}>
          {id}
        </Link>
        {(tags.length > 0 || row.isEarlyAdopter) && (
          <span className="building-tags">
            {row.isEarlyAdopter && <span className="building-mark">{t("buildings.early")}</span>}
            {tags.map((tag) => (
              <span key={tag} className="building-mark" data-kind="tag">
                {tag}
              </span>
            ))}
          </span>
        )}
      </th>
      <td data-label={t("buildings.column.status")}>
        <StandBadge status={row.status} />
      </td>
      <td data-label={t("buildings.column.lastEvent")} className="building-last">
        {row.lastEventMs === null ? (
          <span className="dimmed">{t("buildings.noEvent")}</span>
        ) : (
          <Time atMs={row.lastEventMs} />
        )}
      </td>
      <td data-label={t("buildings.column.place")}>
        {[placeOf(row), row.countryCode].filter(Boolean).join(", ") || (
          <span className="dimmed">{t("buildings.noPlace")}</span>
        )}
      </td>
      <td data-label={t("buildings.column.devices")} className="numeric">
        {number(row.devices, i18n.language)}
      </td>
    </tr>
  );
}

function Pages({ search, next }: { search: BuildingsSearch; next: string | null | undefined }) {
  const { t } = useTranslation();
  if (!search.after && !next) return null;
  return (
    <nav className="building-pages" aria-label={t("buildings.pages")}>
      {search.after && (
        <LinkButton
          from="/buildings"
          to="/buildings"
          search={(before) => ({ ...before, after: undefined })}
          variant="default"
        >
          {t("buildings.firstPage")}
        </LinkButton>
      )}
      {next && (
        <LinkButton
          from="/buildings"
          to="/buildings"
          search={(before) => ({ ...before, after: next })}
          variant="default"
        >
          {t("buildings.nextPage")}
        </LinkButton>
      )}
    </nav>
  );
}

function NoBuildings() {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/buildings" });
  const mayWrite = useAllowed("write:buildings");
  return (
    <div className="panel empty">
      <Text fw={600}>{t("buildings.none")}</Text>
      <Text c="dimmed" fz="sm" mb="sm">
        {t("buildings.noneLead")}
      </Text>
      {mayWrite && (
        <Button onClick={() => void navigate({ search: (before) => ({ ...before, dialog: "new" }) })}>
          {t("buildings.add")}
        </Button>
      )}
    </div>
  );
}
