// Every save: who, when, what it did, how it differs from the present, and the way back.
import { Button, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer } from "../../api/client";
import { api, type Rule, type RuleVersion } from "../../api/public";
import { rulesQuery, versionsQuery } from "../../api/rules";
import { Refusal } from "../../parts/Refusal";
import { useAllowed } from "../../parts/session";
import { Time } from "../../parts/Time";
import { useSentences } from "../../texts/sentences";
import { differences } from "./differences";
import { DiffTable } from "./DiffTable";
import { useEditing } from "./editing";
import { Section } from "./Section";

interface Props {
  rule: Rule;
  isChanged: boolean;
  onRestored: (restored: Rule, draft: Rule) => void;
}

export function Versions({ rule, isChanged, onRestored }: Props) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Section
      id="versions"
      title={t("rule.versions")}
      lead={t("rule.versionsLead", { version: rule.version ?? 0 })}
      aside={
        <Button variant="default" size="xs" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {t(isOpen ? "rule.hideVersions" : "rule.showVersions")}
        </Button>
      }
    >
      {isOpen && <VersionList rule={rule} isChanged={isChanged} onRestored={onRestored} />}
    </Section>
  );
}

function VersionList({ rule, isChanged, onRestored }: Props) {
  const versions = useQuery(versionsQuery(rule.id ?? "", rule.version));
  if (versions.isPending) return <Skeleton height={120} />;
  if (versions.isError) return <Refusal error={versions.error} onAgain={() => void versions.refetch()} />;
  return (
    <ol className="versions">
      {versions.data.map((version) => (
        <VersionItem
          key={version.rule.version}
          version={version}
          present={rule}
          isChanged={isChanged}
          onRestored={onRestored}
        />
      ))}
    </ol>
  );
}

interface ItemProps {
  version: RuleVersion;
  present: Rule;
  isChanged: boolean;
  onRestored: (restored: Rule, draft: Rule) => void;
}

function VersionItem({ version, present, isChanged, onRestored }: ItemProps) {
  const { t, i18n } = useTranslation();
  const say = useSentences();
  const queries = useQueryClient();
  const { draft } = useEditing();
  const mayWrite = useAllowed("write:rules");
  const [isCompared, setIsCompared] = useState(false);
  const number = version.rule.version ?? 0;
  const isPresent = number === present.version;
  const restore = useMutation({
    mutationFn: (_draft: Rule) =>
      answer(
        api.POST("/rules/{ruleId}/versions/{version}/restore/v1", {
          params: { path: { ruleId: present.id ?? "", version: number } },
        }),
      ),
    onSuccess: (restored, draftThen) => {
      void queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
      onRestored(restored, draftThen);
    },
  });
  return (
    <li className="version">
      <div className="version-head">
        <b>{t("rule.versionNumber", { version: number })}</b>
        {isPresent && <span className="badge">{t("rule.present")}</span>}
        <Time atMs={(version.rule.updatedAt ?? 0) * 1000} />
        {version.rule.updatedBy && (
          <Text component="span" c="dimmed" fz="sm">
            {version.rule.updatedBy}
          </Text>
        )}
        {!isPresent && (
          <span className="version-actions">
            <Button variant="default" size="xs" aria-expanded={isCompared} onClick={() => setIsCompared(!isCompared)}>
              {t("rule.compare")}
            </Button>
            {mayWrite && (
              <Button
                variant="default"
                size="xs"
                loading={restore.isPending}
                disabled={isChanged}
                title={isChanged ? t("rule.restoreUnsaved") : undefined}
                onClick={() => restore.mutate(draft)}
                aria-label={t("rule.restoreOf", { version: number })}
              >
                {t("rule.restore")}
              </Button>
            )}
          </span>
        )}
      </div>
      {version.effects.length > 0 && (
        <ul className="version-effects">
          {version.effects.map((effect) => (
            <li key={effect}>{say(effect)}</li>
          ))}
        </ul>
      )}
      {version.faults > 0 && (
        <p className="field-error">{t("rule.faults", { count: version.faults, error: version.lastFault ?? "" })}</p>
      )}
      {restore.isError && <Refusal error={restore.error} />}
      {isCompared && (
        <DiffTable
          differences={differences(version.rule, present, t, i18n.language)}
          caption={t("rule.compareOf", { version: number })}
          before={t("rule.versionNumber", { version: number })}
          after={t("rule.presentVersion")}
        />
      )}
    </li>
  );
}
