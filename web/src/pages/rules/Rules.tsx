// All rules as cards, the active ones first. Search and filters stand in the address.
import "../../styles/rules.css";
import { Select, Skeleton, Text, Title } from "@mantine/core";
import { IconBooks, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { standingQuery } from "../../api/queries";
import { rulesQuery } from "../../api/rules";
import { LinkButton } from "../../parts/LinkButton";
import { Refusal } from "../../parts/Refusal";
import { useAllowed, useMayReadImpact } from "../../parts/session";
import { TypedInput } from "../../parts/TypedInput";
import { STATES, type RulesSearch } from "../ruleSearch";
import { RuleCard } from "./RuleCard";
import { shownRules, tagsOf } from "./ruleList";

export function Rules() {
  const { t, i18n } = useTranslation();
  const search = useSearch({ from: "/rules" });
  const rules = useQuery(rulesQuery);
  const mayWrite = useAllowed("write:rules");
  const standing = useQuery({ ...standingQuery, enabled: useMayReadImpact(), refetchInterval: false });
  const ignored = standing.data?.ignoredRules ?? [];
  const shown = rules.data && shownRules(rules.data, search, i18n.language);
  return (
    <>
      <div className="page-head">
        <Title order={1} className="page-title">
          {t("rules.title")}
        </Title>
        <div className="page-actions">
          <LinkButton to="/rules/catalogue" variant="default" leftSection={<IconBooks size={17} aria-hidden />}>
            {t("rules.catalogue")}
          </LinkButton>
          {mayWrite && (
            <LinkButton to="/rules/new" leftSection={<IconPlus size={17} aria-hidden />}>
              {t("rules.add")}
            </LinkButton>
          )}
        </div>
      </div>
      <Filters rules={rules.data ?? []} search={search} />
      {rules.isPending && <RuleSkeletons />}
      {rules.isError && !shown && <Refusal error={rules.error} onAgain={() => void rules.refetch()} />}
      {rules.data?.length === 0 && <NoRules />}
      {rules.data && rules.data.length > 0 && shown?.length === 0 && (
        <div className="panel empty">
          <Text mb="xs">{t("rules.noneFits")}</Text>
          <Link to="/rules" search={{}} className="text-link" activeProps={{}}>
            {t("rules.showAll")}
          </Link>
        </div>
      )}
      {shown && shown.length > 0 && (
        <ul className="cards">
          {shown.map((rule) => (
            <li key={rule.id}>
              <RuleCard rule={rule} isIgnored={ignored.includes(rule.id ?? "")} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Filters({ rules, search }: { rules: Rule[]; search: RulesSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/rules" });
  const change = (patch: RulesSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  return (
    <div className="rule-filters" role="search">
      <TypedInput
        className="rule-search"
        type="search"
        aria-label={t("rules.search")}
        placeholder={t("rules.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search.q ?? ""}
        onText={(text) => change({ q: text || undefined })}
      />
      <nav className="filters" aria-label={t("rules.byState")}>
        {[undefined, ...STATES].map((state) => (
          <Link
            key={state ?? "ALL"}
            to="/rules"
            search={(before) => ({ ...before, state })}
            resetScroll={false}
            className="filter"
            aria-current={state === search.state ? "true" : undefined}
            activeProps={{}}
          >
            {state ? t(`rules.state.${state}`) : t("rules.all")}
            {state && <span className="filter-count">{rules.filter((rule) => rule.ruleState === state).length}</span>}
          </Link>
        ))}
      </nav>
      <Select
        className="rule-tag"
        aria-label={t("rules.byTag")}
        placeholder={t("rules.byTag")}
        data={tagsOf(rules)}
        value={search.tag ?? null}
        onChange={(tag) => change({ tag: tag ?? undefined })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("rules.anyTag") }}
        nothingFoundMessage={t("rules.noTag")}
      />
    </div>
  );
}

function NoRules() {
  const { t } = useTranslation();
  return (
    <div className="panel empty">
      <Text fw={600}>{t("rules.none")}</Text>
      <Text c="dimmed" fz="sm" mb="sm">
        {t("rules.noneLead")}
      </Text>
      <LinkButton to="/rules/catalogue">{t("rules.toCatalogue")}</LinkButton>
    </div>
  );
}

function RuleSkeletons() {
  return (
    <div className="cards" aria-hidden>
      {[0, 1, 2, 3].map((index) => (
        <div key={index} className="panel card">
          <Skeleton width="40%" height={24} />
          <Skeleton width="85%" height={18} mt={12} />
          <Skeleton width="60%" height={22} mt={10} />
          <Skeleton width="30%" height={16} mt={12} />
        </div>
      ))}
    </div>
  );
}
