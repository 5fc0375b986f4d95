// The support center: a form for a request, and the requests there are with their state.
import { Button, Checkbox, NativeSelect, Skeleton, Text, Textarea, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client } from "../../api/client";
import {
  type NewTicket,
  type Ticket,
  TICKET_CATEGORIES,
  TICKET_ORDERS,
  TICKET_STATES,
  type TicketsSearch,
  ticketsQuery,
} from "../../api/support";
import { Broken } from "../../parts/Broken";
import { Done } from "../../parts/Done";
import { FormRefusal } from "../../parts/FormRefusal";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { useAllowed, useSession } from "../../parts/session";
import { Time } from "../../parts/Time";
import { TypedInput } from "../../parts/TypedInput";
import { TicketBadge } from "./TicketBadge";
import "../settings/settings.css";
import "./support.css";

const useTickets = (search: TicketsSearch) =>
  useInfiniteQuery({ ...ticketsQuery(search), placeholderData: keepPreviousData });

export function Support() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/support" });
  const list = useTickets(search);
  const missing = list.data?.pages[0]?.missingSettings;
  return (
    <>
      <div className="page-head">
        <Title order={1} fz="h2">
          {t("support.title")}
        </Title>
        <Link to="/help" className="text-link">
          {t("support.searchFirst")}
        </Link>
      </div>
      {list.isPending && <Skeleton height={480} aria-hidden />}
      {missing && (missing.length > 0 ? <NotSetUp missing={missing} /> : <Ask />)}
      {!list.isPending && <Requests list={list} search={search} />}
    </>
  );
}

/** What is said where the operator has set up no support. */
function NotSetUp({ missing }: { missing: string[] }) {
  const { t } = useTranslation();
  return (
    <Panel id="ask-title" title={t("support.notSetUp")}>
      <Text fz="sm" mb="xs">
        {t("support.notSetUpLead")}
      </Text>
      <Text fz="sm">
        {t("support.operatorSets")}{" "}
        {missing.map((name, index) => (
          <span key={name}>
            {index > 0 && ", "}
            <code>{name}</code>
          </span>
        ))}
        .{" "}
        <Link to="/help/$" params={{ _splat: "operate/support" }} hash="set-it-up" className="text-link">
          {t("support.how")}
        </Link>
      </Text>
    </Panel>
  );
}

function Ask() {
  const { t } = useTranslation();
  const { email } = useSession();
  const { from } = useSearch({ from: "/support" });
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const open = useMutation({
    mutationFn: (body: NewTicket) => answer(client.POST("/console/api/tickets", { body })),
    onSuccess: async () => {
      form.current?.reset();
      await queries.invalidateQueries({ queryKey: ["tickets"] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    open.mutate({
      category: fields.get("category") as NewTicket["category"],
      subject: String(fields.get("subject")),
      message: String(fields.get("message")),
      page: fields.get("page") ? `/console${from ?? ""}` : "",
    });
  };
  return (
    <Panel id="ask-title" title={t("support.ask")}>
      <form ref={form} onSubmit={submit} className="support-form">
        <NativeSelect
          label={t("support.category")}
          name="category"
          data={TICKET_CATEGORIES.map((each) => ({ value: each, label: t(`support.categories.${each}`) }))}
        />
        <TextInput
          label={t("support.subject")}
          name="subject"
          maxLength={150}
          error={isAbout(open.error, "/subject") && t("support.needed")}
          required
          withAsterisk={false}
        />
        <Textarea
          label={t("support.message")}
          description={t("support.noSecrets")}
          name="message"
          autosize
          minRows={5}
          maxRows={20}
          maxLength={10_000}
          error={isAbout(open.error, "/message") && t("support.needed")}
          required
          withAsterisk={false}
          className="support-wide"
        />
        {from && (
          <Checkbox
            name="page"
            defaultChecked
            label={t("support.page", { page: from })}
            error={isAbout(open.error, "/page") && t("support.pageRefused")}
            className="support-wide support-page"
          />
        )}
        <div className="support-wide support-send">
          <Button type="submit" loading={open.isPending}>
            {t("support.send")}
          </Button>
          <Text c="dimmed" fz="sm">
            {t("support.answerTo", { email })}
          </Text>
        </div>
      </form>
      <FormRefusal error={open.error} own={{ too_many_requests: t("support.tooMany") }} />
      <Done text={open.data !== undefined && t("support.sent", { number: open.data.number, email })} />
    </Panel>
  );
}

function Requests({ list, search }: { list: ReturnType<typeof useTickets>; search: TicketsSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/support" });
  const seesAll = useAllowed("admin:users");
  const tickets = list.data?.pages.flatMap((page) => page.items);
  const isFiltered = Boolean(search.q ?? search.requests);
  const change = (patch: TicketsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: true, resetScroll: false });
  return (
    <section className="panel" aria-labelledby="requests-title">
      <div className="rows-head">
        <Title order={2} id="requests-title" className="panel-title">
          {t(seesAll ? "support.allRequests" : "support.requests")}
        </Title>
        <div className="row-side support-look" role="search">
          <TypedInput
            className="support-search"
            type="search"
            maxLength={200}
            aria-label={t(seesAll ? "support.searchAll" : "support.search")}
            placeholder={t(seesAll ? "support.searchAll" : "support.search")}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={search.q ?? ""}
            onText={(text) => change({ q: text || undefined })}
          />
          <NativeSelect
            aria-label={t("support.filter")}
            value={search.requests ?? ""}
            data={[
              { value: "", label: t("support.allStates") },
              ...TICKET_STATES.map((each) => ({ value: each, label: t(`support.states.${each}`) })),
            ]}
            onChange={({ currentTarget: { value } }) =>
              change({ requests: TICKET_STATES.find((each) => each === value) })
            }
          />
          <NativeSelect
            aria-label={t("support.sort")}
            value={search.sort ?? TICKET_ORDERS[0]}
            data={TICKET_ORDERS.map((each) => ({ value: each, label: t(`support.orders.${each}`) }))}
            onChange={({ currentTarget: { value } }) => change({ sort: TICKET_ORDERS.find((each) => each === value) })}
          />
        </div>
      </div>
      {list.isPending && <Skeleton height={160} aria-hidden />}
      {list.isError && !tickets && <Broken text={t("support.broken")} onAgain={list.refetch} isRow />}
      {tickets?.length === 0 && (
        <div className="row" role="status">
          <Text>{t(isFiltered ? "support.noneFits" : "support.none")}</Text>
          {isFiltered && (
            <Link
              from="/support"
              to="/support"
              search={(before) => ({ ...before, q: undefined, requests: undefined })}
              resetScroll={false}
              className="text-link"
              activeProps={{}}
            >
              {t("support.showAll")}
            </Link>
          )}
        </div>
      )}
      <ol className="rows" aria-labelledby="requests-title">
        {tickets?.map((ticket) => (
          <Row key={ticket.id} ticket={ticket} showsWho={seesAll} />
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

function Row({ ticket, showsWho }: { ticket: Ticket; showsWho: boolean }) {
  const { t } = useTranslation();
  return (
    <li className="row">
      <div className="row-main">
        <Link to="/support/$ticketId" params={{ ticketId: ticket.id }} className="text-link support-subject">
          {ticket.subject}
        </Link>
        <Text c="dimmed" fz="sm">
          {t("support.number", { number: ticket.number })} · {t(`support.categories.${ticket.category}`)}
          {showsWho && ` · ${ticket.memberName}`}
        </Text>
      </div>
      <TicketBadge state={ticket.state} />
      <Time atMs={ticket.changedAtMs} />
    </li>
  );
}
