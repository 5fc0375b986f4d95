// Where the customer's notifications go: the endpoint, how we authenticate there, its signing secret, how deliveries go.
import { Alert, Button, Skeleton, Switch, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../../api/client";
import { type Endpoint, type Fulfilment as State, fulfilmentQuery, type TestResult } from "../../api/fulfilment";
import { Broken } from "../../parts/Broken";
import { Commands } from "../../parts/Commands";
import { FormRefusal } from "../../parts/FormRefusal";
import { number } from "../../parts/formats";
import { Panel } from "../../parts/Panel";
import { Time } from "../../parts/Time";
import { Attempts } from "./Attempts";
import { Channels } from "./Channels";
import { EndpointForm } from "./EndpointForm";
import { Failure } from "./Failure";
import "./fulfilment.css";
import { SigningSecret } from "./SigningSecret";
import { TestButton } from "./TestButton";

const TRY_IT = `hearth receiver --port 9000 --secret whsec_…`;

export function Fulfilment() {
  const { t } = useTranslation();
  const { data, isPending, refetch } = useQuery(fulfilmentQuery);
  const { auth } = useSearch({ from: "/settings/fulfilment" });
  const navigate = useNavigate({ from: "/settings/fulfilment" });
  // Shown until the page is left, and nowhere kept.
  const [fresh, setFresh] = useState<string | null>(null);
  if (isPending) return <Skeleton height={480} aria-hidden />;
  if (!data) {
    return <Broken text={t("fulfilment.broken")} onAgain={refetch} />;
  }
  const { endpoint } = data;
  return (
    <>
      {endpoint ? <Health endpoint={endpoint} state={data} /> : data.channels.length === 0 && <Absent />}
      <EndpointForm
        endpoint={endpoint}
        onFirstSecret={setFresh}
        auth={auth}
        onAuth={(kind, insteadOf) =>
          void navigate({
            search: (search) => (insteadOf && search.auth !== insteadOf ? search : { ...search, auth: kind }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      {endpoint && <SigningSecret endpoint={endpoint} fresh={fresh} onFresh={setFresh} />}
      <Channels />
      {(endpoint || data.channels.length > 0) && <Attempts channels={data.channels} />}
    </>
  );
}

/** What to do where notifications are only fetched. */
export function Absent() {
  const { t } = useTranslation();
  return (
    <Panel id="absent-title" title={t("fulfilment.absent")}>
      <Text fz="sm" mb="sm">
        {t("fulfilment.absentLead")}
      </Text>
      <Text fz="sm" mb="xs">
        {t("fulfilment.tryLead")}
      </Text>
      <Commands text={TRY_IT} />
      <Text fz="sm" mt="sm">
        <Link to="/help/$" params={{ _splat: "integrate/webhooks" }} className="text-link">
          {t("fulfilment.manual")}
        </Link>
      </Text>
    </Panel>
  );
}

/** How deliveries go, and a test in place. */
export function Health({ endpoint, state }: { endpoint: Endpoint; state: State }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey });
  const enable = useMutation({
    mutationFn: (isEnabled: boolean) =>
      answer(client.PUT("/console/api/fulfilment/endpoint/enabling", { body: { isEnabled } })),
    onSettled,
  });
  const test = useMutation({ mutationFn: () => answer(client.POST("/console/api/fulfilment/test")), onSettled });
  const isOff = !endpoint.isEnabled;
  const isDisabled = !isOff && endpoint.disabledReason !== null;
  const isOn = !isOff && !isDisabled;
  // What fails because it is off is no fault to be looked after.
  const failures = isOff ? 0 : state.failuresInARow;
  return (
    <Panel id="health-title" title={t("fulfilment.health")}>
      <div className="health">
        <span
          className="badge"
          data-status={isOff ? "DROPPED" : isDisabled ? "FAILED" : failures ? "PENDING" : "DELIVERED"}
        >
          {!isOn ? (
            <IconCircleMinus size={14} aria-hidden />
          ) : failures ? (
            <IconAlertTriangle size={14} aria-hidden />
          ) : (
            <IconCircleCheck size={14} aria-hidden />
          )}
          {t(isOn ? "fulfilment.enabled" : "fulfilment.disabled")}
        </span>
        <Text component="div" fz="sm">
          {state.lastSuccessMs === null ? (
            t("fulfilment.neverDelivered")
          ) : (
            <>
              {t("fulfilment.lastDelivered")} <Time atMs={state.lastSuccessMs} />
            </>
          )}
        </Text>
        {failures > 0 && (
          <Text fz="sm" className="failures">
            {t("fulfilment.failures", { count: failures, shown: number(failures, i18n.language) })}
          </Text>
        )}
        <Switch
          checked={isOn}
          onChange={(event) => enable.mutate(event.currentTarget.checked)}
          disabled={enable.isPending}
          label={t("fulfilment.switch")}
          className="health-switch"
        />
      </div>
      <div role="status">
        {isOff && (
          <Text c="dimmed" fz="sm" mt="sm">
            {t("fulfilment.off")}
          </Text>
        )}
      </div>
      {isDisabled && (
        <Alert role="status" color="red" className="alert" mt="sm">
          <div className="disabled">
            <Text fz="sm">
              {endpoint.disabledReason === "it answered 410 Gone" ? (
                t("fulfilment.gone")
              ) : (
                <Failure error={endpoint.disabledReason ?? ""} />
              )}{" "}
              {t("fulfilment.disabledLead")}
            </Text>
            <Button variant="default" loading={enable.isPending} onClick={() => enable.mutate(true)}>
              {t("fulfilment.enable")}
            </Button>
          </div>
        </Alert>
      )}
      <FormRefusal error={enable.error} />
      <TestButton isUnderWay={test.isPending} onTest={() => test.mutate()} />
      <div role="status">{test.data && !test.isPending && <Result result={test.data} />}</div>
      <FormRefusal
        error={test.error}
        own={{ too_many_requests: t("fulfilment.testTooMany"), not_found: t("accounts.changedMeanwhile") }}
      />
    </Panel>
  );
}

const HINTS = { 401: "401", 403: "401", 404: "404", 405: "404", 410: "410", 429: "429" } as const;

/** Which word helps with an answer, if any does. */
function hintOf(statusCode: number) {
  if (statusCode in HINTS) return HINTS[statusCode as keyof typeof HINTS];
  if (statusCode >= 500) return "5xx";
  return statusCode >= 300 && statusCode < 400 ? "3xx" : null;
}

function Result({ result }: { result: TestResult }) {
  const { t, i18n } = useTranslation();
  const { statusCode, error, isFailed } = result;
  const duration = t("fulfilment.ms", { shown: number(result.durationMs, i18n.language) });
  const hint = statusCode === null ? null : hintOf(statusCode);
  return (
    <Alert color={isFailed ? "red" : "green"} className={isFailed ? "alert" : "notice"} mt="sm" role="presentation">
      <strong>{t(isFailed ? "fulfilment.notTaken" : "fulfilment.taken")}</strong>{" "}
      {statusCode === null ? (
        <>
          <Failure error={error ?? ""} /> ({duration}).
        </>
      ) : (
        t("fulfilment.answered", { statusCode, duration })
      )}{" "}
      {hint && t(`fulfilment.hint.${hint}`)}
    </Alert>
  );
}
