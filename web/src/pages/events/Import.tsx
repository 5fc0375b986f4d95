// Importing a history: a file and whose it is, what its columns hold, what becomes of its first rows; then all of it.
import "../../styles/rules.css";
import "./events.css";
import { Button, FileInput, Skeleton, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronLeft, IconFileTypeCsv } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, Refused } from "../../api/client";
import type { Looked, Mapping } from "../../api/events";
import { buildingQuery } from "../../api/rules";
import { BuildingSearch } from "../../parts/BuildingSearch";
import { LeaveDialog } from "../../parts/LeaveDialog";
import { Refusal } from "../../parts/Refusal";
import { LineTooLong, partOf } from "./csvParts";
import { ImportReport } from "./ImportReport";
import { MappingForm } from "./MappingForm";
import { Preview } from "./Preview";
import { firstLine, useImport } from "./useImport";

const LOOKED_AT_BYTES = 48 * 1024;
const PAUSE_MS = 300;

export function Import() {
  const { t } = useTranslation();
  const { building } = useSearch({ from: "/events/import" });
  const navigate = useNavigate({ from: "/events/import" });
  const [file, setFile] = useState<File | null>(null);
  const [mapping, setMapping] = useState<Mapping>();
  const home = useQuery({ ...buildingQuery(building ?? ""), enabled: building !== undefined });
  const importing = useImport();
  const { going } = importing;
  const isRunning = going?.state === "running";
  const blocker = useBlocker({ shouldBlockFn: () => isRunning, enableBeforeUnload: isRunning, withResolver: true });

  const beginning = useQuery({
    queryKey: ["import", file?.name, file?.size, file?.lastModified],
    enabled: file !== null,
    retry: false,
    gcTime: 0,
    queryFn: async () => (await partOf(file ?? new File([], ""), 0, LOOKED_AT_BYTES)).text,
  });
  const [settled] = useDebouncedValue(mapping, PAUSE_MS);
  const look = useQuery({
    queryKey: ["import", "look", building, file?.name, file?.size, file?.lastModified, settled],
    enabled: beginning.data !== undefined && home.data !== undefined,
    retry: false,
    gcTime: 0,
    queryFn: () =>
      answer(
        client.POST("/console/api/events/imports/look", {
          body: { building: building ?? "", text: beginning.data ?? "", mapping: settled ?? null },
        }),
      ),
  });
  // Another file has other columns.
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setMapping(undefined);
    last.current = undefined;
    importing.forget();
  };
  const isUnknown = home.error instanceof Refused && home.error.code === "not_found";
  // What was seen last stays while the mapping is wrong, with what is wrong at its field.
  const last = useRef<Looked>(undefined);
  if (look.data) last.current = look.data;
  const looked = file && !beginning.isError ? last.current : undefined;
  const shownMapping = mapping ?? looked?.mapping;
  const mistakes = look.error instanceof Refused ? look.error.mistakes : [];
  const isSettled = mapping === settled && !look.isFetching && !look.isError;
  return (
    <>
      <div>
        <Link to="/events" search={{ building }} className="back-link">
          <IconChevronLeft size={16} aria-hidden />
          {t("events.title")}
        </Link>
        <Title order={1} className="page-title" mt={4}>
          {t("events.import.title")}
        </Title>
        <Text c="dimmed" maw="46rem">
          {t("events.import.lead")}
        </Text>
      </div>
      <section className="panel import-file" aria-label={t("events.import.file")}>
        <BuildingSearch
          label={t("card.building")}
          description={t("events.import.whose")}
          value={building ?? ""}
          onText={(text) =>
            void navigate({ search: { building: text.trim() || undefined }, replace: true, resetScroll: false })
          }
          isChosen={home.data !== undefined}
          error={isUnknown ? t("list.noSuchBuilding") : undefined}
          // An import goes on where it began, whatever would stand here.
          disabled={going !== undefined}
        />
        <FileInput
          label={t("events.import.file")}
          description={t("events.import.fileLead")}
          placeholder={t("events.import.choose")}
          accept=".csv,.txt,.tsv,text/csv,text/plain"
          leftSection={<IconFileTypeCsv size={18} aria-hidden />}
          value={file}
          onChange={choose}
          // The same file again, mended meanwhile, is another choice.
          fileInputProps={{ onClick: (event) => (event.currentTarget.value = "") }}
          disabled={isRunning}
          clearable
          clearButtonProps={{ "aria-label": t("events.import.otherFile") }}
          error={beginning.isError ? t(unreadable(beginning.error)) : undefined}
        />
      </section>
      {file && !building && <Text c="dimmed">{t("events.import.nameBuilding")}</Text>}
      {look.isError && mistakes.length === 0 && <Refusal error={look.error} onAgain={() => void look.refetch()} />}
      {file && look.isLoading && <Skeleton height={280} aria-hidden />}
      {looked && shownMapping && !going && (
        <>
          <MappingForm columns={looked.columns} mapping={shownMapping} mistakes={mistakes} onChange={setMapping} />
          <Preview looked={looked} timeZoneId={shownMapping.zone ?? "UTC"} isFresh={isSettled} />
          {importing.error && <Refusal error={importing.error} />}
          <div className="import-begin">
            <Button
              size="md"
              disabled={!isSettled || looked.events === 0}
              onClick={() =>
                file &&
                void importing.begin({
                  building: building ?? "",
                  file,
                  header: firstLine(beginning.data ?? ""),
                  mapping: shownMapping,
                })
              }
            >
              {t("events.import.begin")}
            </Button>
            <Text c="dimmed" fz="sm">
              {t("events.import.safe")}
            </Text>
          </div>
        </>
      )}
      {going && file && building && (
        <ImportReport
          going={going}
          file={file}
          building={building}
          onStop={importing.stop}
          onGoOn={() => void importing.goOn(file)}
          onAnother={() => choose(null)}
        />
      )}
      <LeaveDialog blocker={blocker} title={t("events.import.leaveTitle")} text={t("events.import.leaveText")} />
    </>
  );
}

const unreadable = (error: Error) =>
  error instanceof LineTooLong ? ("events.import.lineTooLong" as const) : ("events.import.notUtf8" as const);
