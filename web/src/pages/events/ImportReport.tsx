// How far an import went, and what was refused, to be taken along as a file.
import { Button, Progress, Title } from "@mantine/core";
import { IconChartLine, IconDownload, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Refused } from "../../api/client";
import { buildingQuery } from "../../api/rules";
import { exactTime, number, percent } from "../../parts/formats";
import { LinkButton } from "../../parts/LinkButton";
import { localMinute } from "../../parts/localTime";
import { Refusal } from "../../parts/Refusal";
import { useSession } from "../../parts/session";
import { RefusalList } from "./RefusalList";
import { refusalsFile } from "./refusalsFile";
import { type Going, MOST_REFUSALS_KEPT } from "./useImport";

const MOST_SHOWN = 20;

interface Props {
  going: Going;
  file: File;
  building: string;
  onStop: () => void;
  onGoOn: () => void;
  onAnother: () => void;
}

export function ImportReport({ going, file, building, onStop, onGoOn, onAnother }: Props) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const timeZoneId = useQuery(buildingQuery(building)).data?.timeZoneId ?? session.timeZoneId;
  const { state, sentBytes, accepted, refused, refusals, fromMs, toMs } = going;
  const share = file.size > 0 ? sentBytes / file.size : 1;
  const day = (atMs: number) => localMinute(atMs, timeZoneId).slice(0, 10);
  return (
    <section className="panel import-report" aria-labelledby="report-title">
      <Title order={2} id="report-title" className="panel-title">
        {t(`events.import.state.${state}`, { file: file.name })}
      </Title>
      <Progress
        size="lg"
        value={share * 100}
        color={state === "failed" || state === "stopped" ? "gray" : undefined}
        aria-label={t("events.import.progress")}
      />
      <p className="import-summary" role="status">
        {t("events.import.taken", {
          share: percent(share, i18n.language),
          accepted: number(accepted, i18n.language),
          refused: number(refused, i18n.language),
        })}
        {fromMs !== null && toMs !== null && (
          <>
            {" "}
            {t("events.import.stretch", {
              from: exactTime(fromMs, i18n.language, timeZoneId),
              to: exactTime(toMs, i18n.language, timeZoneId),
            })}
          </>
        )}
      </p>
      {state === "failed" && going.error && (
        <Refusal
          error={
            going.error instanceof Refused
              ? going.error
              : new Refused("unreadable", null, t("events.import.unreadable"))
          }
        />
      )}
      {(state === "failed" || state === "stopped") && (
        <p className="import-summary">{t("events.import.howFar", { line: number(going.lines, i18n.language) })}</p>
      )}
      {refused > 0 && <RefusalList refusals={refusals} most={MOST_SHOWN} count={refused} />}
      <div className="import-actions">
        {state === "running" && (
          <Button variant="default" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={onStop}>
            {t("events.import.stop")}
          </Button>
        )}
        {(state === "failed" || state === "stopped") && (
          <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={onGoOn}>
            {t("events.import.goOn")}
          </Button>
        )}
        {state !== "running" && fromMs !== null && toMs !== null && (
          <LinkButton
            to="/events"
            search={{ view: "graph", building, from: day(fromMs), to: day(toMs) }}
            leftSection={<IconChartLine size={17} aria-hidden />}
          >
            {t("events.import.seeGraph")}
          </LinkButton>
        )}
        {state !== "running" && refused > 0 && (
          <Button
            variant="default"
            leftSection={<IconDownload size={17} aria-hidden />}
            onClick={() => refusalsFile(refusals, `${file.name.replace(/\.[^.]*$/, "")}-refused.csv`)}
          >
            {t(refused > MOST_REFUSALS_KEPT ? "events.import.downloadFirst" : "events.import.download", {
              shown: number(MOST_REFUSALS_KEPT, i18n.language),
            })}
          </Button>
        )}
        {state !== "running" && (
          <Button variant="subtle" onClick={onAnother}>
            {t("events.import.another")}
          </Button>
        )}
      </div>
    </section>
  );
}
