// One request: what was asked and answered, and what to add.
import { Button, Skeleton, Text, Textarea, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client, Refused } from "../../api/client";
import { type Ticket as Asked, type TicketMessage, ticketQuery } from "../../api/support";
import { Broken } from "../../parts/Broken";
import { Done } from "../../parts/Done";
import { FormRefusal } from "../../parts/FormRefusal";
import { Time } from "../../parts/Time";
import { NotFound } from "../NotFound";
import { TicketBadge } from "./TicketBadge";
import "../settings/settings.css";
import "./support.css";

export function Ticket() {
  const { t } = useTranslation();
  const { ticketId } = useParams({ from: "/support/$ticketId" });
  const { data, isPending, error, refetch } = useQuery(ticketQuery(ticketId));
  if (isPending) return <Skeleton height={420} radius="lg" aria-hidden />;
  if (!data) {
    const isUnknown = error instanceof Refused && (error.code === "not_found" || error.code === "invalid");
    return isUnknown ? <NotFound /> : <Broken text={t("support.broken")} onAgain={refetch} />;
  }
  const { ticket, messages, missingSettings } = data;
  return (
    <>
      <Link to="/support" className="back-link" activeProps={{}}>
        <IconArrowLeft size={16} aria-hidden />
        {t("support.title")}
      </Link>
      <section className="panel" aria-labelledby="ticket-title">
        <div className="rows-head">
          <div className="row-main">
            <Title order={1} id="ticket-title" fz="h3">
              {ticket.subject}
            </Title>
            <Text c="dimmed" fz="sm">
              {t("support.number", { number: ticket.number })} · {t(`support.categories.${ticket.category}`)} ·{" "}
              {ticket.memberName}
            </Text>
            {ticket.page && (
              <Text fz="sm">
                {t("support.about")}{" "}
                <a href={ticket.page} className="text-link">
                  {ticket.page.replace("/console", "")}
                </a>
              </Text>
            )}
          </div>
          <TicketBadge state={ticket.state} />
        </div>
        <ol className="rows" aria-label={t("support.messages")}>
          {messages.map((message) => (
            <Message key={message.number} message={message} />
          ))}
        </ol>
        <Reply key={ticket.id} ticket={ticket} mayWrite={missingSettings.length === 0} />
      </section>
    </>
  );
}

function Message({ message }: { message: TicketMessage }) {
  const { t } = useTranslation();
  return (
    <li className="row ticket-message" data-by={message.by}>
      <div className="ticket-who">
        <Text fw={600} fz="sm">
          {message.author}
          {message.by === "operator" && <span className="ticket-role"> · {t("support.team")}</span>}
        </Text>
        <Time atMs={message.atMs} />
      </div>
      <p className="ticket-text">{message.text}</p>
    </li>
  );
}

function Reply({ ticket, mayWrite }: { ticket: Asked; mayWrite: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const onSettled = () => queries.invalidateQueries({ queryKey: ["tickets"] });
  const path = { ticket_id: ticket.id };
  const write = useMutation({
    mutationFn: (message: string) =>
      answer(client.POST("/console/api/tickets/{ticket_id}/messages", { params: { path }, body: { message } })),
    onSuccess: () => form.current?.reset(),
    onSettled,
  });
  const close = useMutation({
    mutationFn: () => answer(client.POST("/console/api/tickets/{ticket_id}/closing", { params: { path } })),
    onSettled,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    write.mutate(String(new FormData(event.currentTarget).get("message")));
  };
  return (
    <form ref={form} onSubmit={submit} className="ticket-reply">
      {mayWrite ? (
        <Textarea
          label={t("support.add")}
          description={ticket.state === "CLOSED" && t("support.opensAgain")}
          name="message"
          autosize
          minRows={3}
          maxRows={20}
          maxLength={10_000}
          error={isAbout(write.error, "/message") && t("support.needed")}
          required
          withAsterisk={false}
        />
      ) : (
        <Text fz="sm">{t("support.notSetUpLead")}</Text>
      )}
      <div className="support-send">
        {mayWrite && (
          <Button type="submit" loading={write.isPending}>
            {t("support.sendMessage")}
          </Button>
        )}
        {ticket.state !== "CLOSED" && (
          <Button variant="default" loading={close.isPending} onClick={() => close.mutate()}>
            {t("support.close")}
          </Button>
        )}
      </div>
      <FormRefusal error={write.error ?? close.error} own={{ too_many_requests: t("support.tooMany") }} />
      <Done text={write.isSuccess && t("support.messageSent")} />
    </form>
  );
}
