// The rules that come with Hearth: what each is for, what it says, and one click to have it.
import "../../styles/rules.css";
import { Button, Skeleton, Text, TextInput, Title } from "@mantine/core";
import { IconArrowLeft, IconCheck, IconPlus, IconSearch } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type PredefinedRule } from "../../api/client";
import { predefinedQuery, rulesQuery, worded } from "../../api/rules";
import { LinkButton } from "../../parts/LinkButton";
import { Refusal } from "../../parts/Refusal";
import { useAllowed } from "../../parts/session";
import type { Language } from "../../texts";

export function Catalogue() {
  const { t, i18n } = useTranslation();
  const predefined = useQuery(predefinedQuery);
  const [words, setWords] = useState("");
  const wanted = words.toLocaleLowerCase(i18n.language);
  const shown = predefined.data
    ?.map((rule) => worded(rule, i18n.language))
    .sort((one, other) => one.name.localeCompare(other.name, i18n.language))
    .filter((rule) =>
      [rule.name, rule.description, ...rule.tags, ...Object.values(rule.texts).map((text) => text.title)]
        .join(" ")
        .toLocaleLowerCase(i18n.language)
        .includes(wanted),
    );
  return (
    <>
      <Link to="/rules" className="back-link" activeProps={{}}>
        <IconArrowLeft size={16} aria-hidden />
        {t("rules.title")}
      </Link>
      <div className="page-head">
        <div>
          <Title order={1} className="page-title">
            {t("catalogue.title")}
          </Title>
          <Text c="dimmed" fz="sm">
            {t("catalogue.lead")}
          </Text>
        </div>
        <TextInput
          className="rule-search"
          type="search"
          aria-label={t("catalogue.search")}
          placeholder={t("catalogue.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      {predefined.isPending && (
        <div className="predefined" aria-hidden>
          {[0, 1, 2, 3, 4, 5].map((index) => (
            <Skeleton key={index} height={210} radius="lg" />
          ))}
        </div>
      )}
      {predefined.isError && <Refusal error={predefined.error} onAgain={() => void predefined.refetch()} />}
      {shown?.length === 0 && <div className="panel empty">{t("rules.noneFits")}</div>}
      {shown && (
        <ul className="predefined">
          {shown.map((rule) => (
            <PredefinedCard key={rule.file} rule={rule} />
          ))}
        </ul>
      )}
    </>
  );
}

export function PredefinedCard({ rule }: { rule: PredefinedRule }) {
  const { t, i18n } = useTranslation();
  const mayWrite = useAllowed("write:rules");
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () =>
      answer(
        client.POST("/console/api/predefined-rules/{file}", {
          params: { path: { file: rule.file }, query: { language: i18n.language as Language } },
        }),
      ),
    onSuccess: ({ ruleId }) => {
      queries.setQueryData(predefinedQuery.queryKey, (all) =>
        all?.map((each) => (each.file === rule.file ? { ...each, ruleId } : each)),
      );
      void queries.invalidateQueries({ queryKey: rulesQuery.queryKey, exact: true });
    },
  });
  const text = rule.texts[i18n.language] ?? rule.texts.en ?? Object.values(rule.texts)[0];
  return (
    <li className="panel predefined-card">
      <h2 className="rule-card-name">{rule.name}</h2>
      <Text className="rule-card-description">{rule.description}</Text>
      {text && (
        <p className="predefined-text">
          <span className="visually-quoted">{t("catalogue.says")}</span> {text.title}
        </p>
      )}
      <div className="predefined-foot">
        <span className="tags">
          {rule.tags.map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
        </span>
        {rule.ruleId ? (
          <LinkButton
            to="/rules/$ruleId"
            params={{ ruleId: rule.ruleId }}
            variant="default"
            size="xs"
            leftSection={<IconCheck size={15} aria-hidden />}
            aria-label={t("catalogue.openOf", { name: rule.name })}
          >
            {t("catalogue.open")}
          </LinkButton>
        ) : (
          mayWrite && (
            <Button
              size="xs"
              leftSection={<IconPlus size={15} aria-hidden />}
              loading={add.isPending}
              onClick={() => add.mutate()}
              aria-label={t("catalogue.activateOf", { name: rule.name })}
            >
              {t("catalogue.activate")}
            </Button>
          )
        )}
      </div>
      {add.isError && <Refusal error={add.error} />}
    </li>
  );
}
