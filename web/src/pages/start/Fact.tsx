// In one line what is known of a step: what proves that it is done, or what it waits for.
import { useTranslation } from "react-i18next";
import type { Onboarding, Step } from "../../api/onboarding";
import { languageName } from "../../parts/formats";
import { useSession } from "../../parts/session";
import { Time } from "../../parts/Time";

interface Props {
  name: Step["name"];
  state: Step["state"];
  data: Onboarding;
}

export function Fact({ name, state, data }: Props) {
  const { t, i18n } = useTranslation();
  const { customerName, languages } = useSession();
  const { client, heard, ways, rules, buildingId, confirmedAtMs } = data;
  const told = (text: string, atMs?: number | null) => (
    <>
      {text} {atMs != null && <Time atMs={atMs} />}
    </>
  );
  switch (name) {
    case "organisation": {
      const named = languages.map((language) => languageName(language, i18n.language, true)).join(", ");
      return told(
        t(state === "DONE" ? "start.fact.confirmed" : "start.fact.unconfirmed", {
          name: customerName,
          languages: named,
        }),
        confirmedAtMs,
      );
    }
    case "client":
      if (!client) break;
      return told(
        t(client.firstTokenAtMs === null ? "start.fact.noToken" : "start.fact.token", { id: client.clientId }),
        client.firstTokenAtMs,
      );
    case "event":
      if (heard) {
        return told(t("start.fact.heard", { building: heard.customerBuildingId, type: heard.eventType }), heard.atMs);
      }
      if (buildingId !== null && state === "DOING") return told(t("start.fact.quiet", { building: buildingId }));
      break;
    case "endpoint": {
      const where = ways?.host ?? ways?.channels.join(", ");
      if (!ways || !where) break;
      if (ways.deliveredAtMs !== null) return told(t("start.fact.delivered", { where }), ways.deliveredAtMs);
      if (ways.testedAtMs === null) return told(t("start.fact.untested", { where }));
      return told(t(ways.isTestFailed ? "start.fact.testFailed" : "start.fact.tested", { where }), ways.testedAtMs);
    }
    case "rule": {
      if (!rules || rules.count === 0) break;
      const further = rules.count - rules.names.length;
      const names = rules.names.join(", ");
      return told(further ? t("start.fact.moreRules", { names, further }) : t("start.fact.rules", { names }));
    }
  }
  return told(t(`start.about.${name}`));
}
