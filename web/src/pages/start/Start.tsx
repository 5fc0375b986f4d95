// On-boarding: five steps from nothing to rules that speak, each checked by the server while one works on it elsewhere.
import { Button, Progress, Skeleton, Switch, Text, Title } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useIsMutating, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { countDone, type Onboarding, onboardingQuery, type Step, type StepName } from "../../api/onboarding";
import { sessionQuery } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { FormRefusal } from "../../parts/FormRefusal";
import { LinkButton } from "../../parts/LinkButton";
import { useSession } from "../../parts/session";
import { Time } from "../../parts/Time";
import "../settings/fulfilment.css";
import "../settings/settings.css";
import "../../styles/rules.css";
import { Fact } from "./Fact";
import "./start.css";
import { ClientStep, EndpointStep, EventStep, OrganisationStep, RuleStep, type Secret } from "./steps";
import { useHiding } from "./useHiding";

// What an Author may do too; all else is an Admin's.
const AUTHORS_TOO: StepName[] = ["event", "rule"];
// Done outside of this page, by the customer's cloud.
const ELSEWHERE: StepName[] = ["client", "event"];
const LOOK_MS = 2_000;
const LOOK_WHEN_DELIVERED_MS = 10_000;

export function Start() {
  const { t } = useTranslation();
  const { data, isPending, refetch } = useQuery({
    ...onboardingQuery,
    refetchInterval: ({ state }) => (state.data && isDelivered(state.data) ? LOOK_WHEN_DELIVERED_MS : LOOK_MS),
  });
  useLookAfterSaving(refetch);
  const done = data ? countDone(data.steps) : 0;
  const count = data?.steps.length ?? 5;
  useReminderEnds(data !== undefined && done === count);
  return (
    <>
      <div className="start-head">
        <Title order={1} className="page-title">
          {t("start.title")}
        </Title>
        <Text c="dimmed" fz="sm">
          {t("start.lead")}
        </Text>
        <div className="start-progress">
          <Progress value={(100 * done) / count} color="var(--delivered)" aria-hidden className="start-bar" />
          <Text fz="sm" fw={600} role="status">
            {data && t("start.progress", { done, of: count })}
          </Text>
        </div>
      </div>
      {isPending && <Skeleton height={560} radius="lg" aria-hidden />}
      {!data && !isPending && <Broken text={t("start.broken")} onAgain={refetch} />}
      {data && (
        <>
          <Steps data={data} />
          {done === count && <AllDone data={data} />}
          {done < count && data.steps.some(({ isYours }) => isYours) && <Reminder isHidden={data.isHidden} />}
        </>
      )}
    </>
  );
}

/** All is done, and there is no first notification to wait for, or the member may not know of it. */
const isDelivered = ({ steps, ways }: Onboarding) => countDone(steps) === steps.length && ways?.deliveredAtMs !== null;

/** What is saved or tried in a step's form is seen at once, not when one looks again. */
function useLookAfterSaving(look: () => unknown) {
  const isSaving = useIsMutating() > 0;
  const wasSaving = useRef(false);
  useEffect(() => {
    if (wasSaving.current && !isSaving) void look();
    wasSaving.current = isSaving;
  }, [isSaving, look]);
}

/** The overview reminds nobody any more of what is done. */
function useReminderEnds(isComplete: boolean) {
  const queries = useQueryClient();
  const { hasOnboarding } = useSession();
  useEffect(() => {
    if (isComplete && hasOnboarding) void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }, [isComplete, hasOnboarding, queries]);
}

function Steps({ data }: { data: Onboarding }) {
  const { step } = useSearch({ from: "/start" });
  const navigate = useNavigate({ from: "/start" });
  // The one that was next when the page was opened stays open when it is done: its proof is what one waits for.
  const [first] = useState(() => data.steps.find(({ state }) => state !== "DONE")?.name ?? "none");
  const open = step ?? first;
  // Shown by the commands of other steps too, until the page is left; nowhere kept.
  const [secret, setSecret] = useState<Secret | null>(null);
  const heads = useRef<Partial<Record<StepName, HTMLButtonElement | null>>>({});
  const show = (name: StepName | "none") =>
    void navigate({ search: { step: name }, replace: true, resetScroll: false });
  return (
    <ol className="start-steps">
      {data.steps.map((each, index) => {
        const next = data.steps.find(({ name, state }) => name !== each.name && state !== "DONE");
        return (
          <StepItem
            key={each.name}
            step={each}
            number={index + 1}
            data={data}
            isOpen={open === each.name}
            onToggle={() => show(open === each.name ? "none" : each.name)}
            onNext={
              next &&
              (() => {
                show(next.name);
                heads.current[next.name]?.focus();
              })
            }
            headRef={(head) => {
              heads.current[each.name] = head;
            }}
            secret={secret}
            onSecret={setSecret}
          />
        );
      })}
    </ol>
  );
}

interface ItemProps {
  step: Step;
  number: number;
  data: Onboarding;
  isOpen: boolean;
  onToggle: () => void;
  onNext: (() => void) | undefined;
  headRef: (head: HTMLButtonElement | null) => void;
  secret: Secret | null;
  onSecret: (secret: Secret) => void;
}

function StepItem({ step, number, data, isOpen, onToggle, onNext, headRef, secret, onSecret }: ItemProps) {
  const { t } = useTranslation();
  const { name, state } = step;
  return (
    <li className="panel start-step" data-state={state}>
      <Title order={2} className="start-step-title">
        <button
          type="button"
          ref={headRef}
          className="start-step-head"
          aria-expanded={isOpen}
          aria-controls={`start-${name}`}
          onClick={onToggle}
        >
          <span className="start-mark" aria-hidden>
            {state === "DONE" ? <IconCheck size={18} /> : number}
          </span>
          <span className="start-step-name">{t(`start.step.${name}`)}</span>
          <span
            className="badge start-state"
            data-status={state === "DONE" ? "DELIVERED" : state === "DOING" ? "PENDING" : undefined}
          >
            {t(`start.state.${state}`)}
          </span>
          <IconChevronDown size={18} aria-hidden className="start-chevron" />
        </button>
      </Title>
      <Text component="div" fz="sm" className="start-fact">
        <Fact name={name} state={state} data={data} />
      </Text>
      <div id={`start-${name}`} className="start-body" hidden={!isOpen}>
        {isOpen && (
          <>
            {step.isYours ? (
              <Content name={name} data={data} secret={secret} onSecret={onSecret} />
            ) : (
              <Text fz="sm">
                {t(AUTHORS_TOO.includes(name) ? "start.able.author" : "start.able.admin", {
                  names: step.able.join(", "),
                })}
              </Text>
            )}
            {step.isYours && state !== "DONE" && ELSEWHERE.includes(name) && (
              <p className="start-waiting">
                <span className="start-waiting-dot" aria-hidden />
                {t("start.waiting")}
              </p>
            )}
            {state === "DONE" && onNext && (
              <Button className="start-next" onClick={onNext}>
                {t("start.onward")}
              </Button>
            )}
          </>
        )}
      </div>
    </li>
  );
}

interface ContentProps {
  name: StepName;
  data: Onboarding;
  secret: Secret | null;
  onSecret: (secret: Secret) => void;
}

function Content({ name, data, secret, onSecret }: ContentProps) {
  switch (name) {
    case "organisation":
      return <OrganisationStep />;
    case "client":
      return <ClientStep data={data} secret={secret} onSecret={onSecret} />;
    case "event":
      return <EventStep data={data} secret={secret} />;
    case "endpoint":
      return <EndpointStep />;
    case "rule":
      return <RuleStep />;
  }
}

function AllDone({ data }: { data: Onboarding }) {
  const { t } = useTranslation();
  const deliveredAtMs = data.ways?.deliveredAtMs ?? null;
  return (
    <section className="panel start-done" aria-labelledby="start-done-title">
      <Title order={2} id="start-done-title" className="panel-title">
        {t("start.allDone")}
      </Title>
      <Text fz="sm" component="div">
        {deliveredAtMs === null ? (
          t("start.waitingForRules")
        ) : (
          <>
            {t("start.firstDelivered")} <Time atMs={deliveredAtMs} />
          </>
        )}
      </Text>
      <div className="row-side">
        <LinkButton to="/">{t("start.toOverview")}</LinkButton>
        <LinkButton to="/notifications" variant="default">
          {t("notices.find")}
        </LinkButton>
        <LinkButton to="/rules" variant="default">
          {t("nav.rules")}
        </LinkButton>
      </div>
    </section>
  );
}

function Reminder({ isHidden }: { isHidden: boolean }) {
  const { t } = useTranslation();
  const hiding = useHiding();
  return (
    <div className="start-foot">
      <Switch
        label={t("start.remind")}
        description={t("start.remindLead")}
        checked={!(hiding.isPending ? hiding.variables : isHidden)}
        onChange={(event) => hiding.mutate(!event.currentTarget.checked)}
      />
      <FormRefusal error={hiding.error} />
    </div>
  );
}
