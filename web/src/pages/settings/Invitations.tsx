// Invitations that wait to be accepted: sent again, or withdrawn.
import { Button, Text, Title, VisuallyHidden } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Invitation, membersQuery } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { FormRefusal } from "../../parts/FormRefusal";
import { Time } from "../../parts/Time";
import { useNow } from "../../parts/useNow";

export function Invitations({ invitations }: { invitations: Invitation[] }) {
  const { t } = useTranslation();
  if (invitations.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="invitations-title">
      <div className="rows-head">
        <Title order={2} id="invitations-title" className="panel-title">
          {t("members.invitations")}
        </Title>
      </div>
      <ul className="rows" aria-labelledby="invitations-title">
        {invitations.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const now = useNow();
  const { id, email, role, language, expiresAtMs } = invitation;
  // Also when it failed: sent again, an invitation is another one, whatever became of its mail.
  const onSettled = () => queries.invalidateQueries({ queryKey: membersQuery.queryKey });
  const again = useMutation({
    mutationFn: () => answer(client.POST("/console/api/members/invitations", { body: { email, role, language } })),
    onSettled,
  });
  const withdraw = useMutation({
    mutationFn: () =>
      answer(
        client.DELETE("/console/api/members/invitations/{invitation_id}", { params: { path: { invitation_id: id } } }),
      ),
    onSettled,
  });
  return (
    <li className="row">
      <div className="row-main">
        <Text fw={600}>{email}</Text>
        <Text c="dimmed" fz="sm" component="div">
          {t(`roles.${role}`)} · {t(expiresAtMs > now ? "members.expires" : "members.expired")}{" "}
          <Time atMs={expiresAtMs} />
        </Text>
      </div>
      <div className="row-side">
        <Button
          aria-label={`${t("members.again")}: ${email}`}
          variant="default"
          loading={again.isPending}
          onClick={() => again.mutate()}
        >
          {t("members.again")}
        </Button>
        <Button
          aria-label={`${t("members.withdraw")}: ${email}`}
          variant="default"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate()}
        >
          {t("members.withdraw")}
        </Button>
      </div>
      <VisuallyHidden role="status">{again.isSuccess && t("members.sent", { email })}</VisuallyHidden>
      <FormRefusal
        error={again.error ?? withdraw.error}
        own={{ conflict: t("members.isMember"), unavailable: t("members.notSent") }}
      />
    </li>
  );
}
