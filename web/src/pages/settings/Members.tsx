// The customer's members: who they are, what they may do, who is invited.
import { Button, Modal, NativeSelect, Skeleton, Text, Title, VisuallyHidden } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Member, membersQuery, type Role, ROLES } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { Broken } from "../../parts/Broken";
import { FormRefusal } from "../../parts/FormRefusal";
import { TypedInput } from "../../parts/TypedInput";
import { Invitations } from "./Invitations";
import { Invite } from "./Invite";

export function Members() {
  const { t } = useTranslation();
  const { search = "", remove } = useSearch({ from: "/settings/members" });
  const navigate = useNavigate({ from: "/settings/members" });
  const list = useQuery(membersQuery);
  if (list.isPending) return <Skeleton height={320} aria-hidden />;
  if (!list.data) {
    return <Broken text={t("members.broken")} onAgain={list.refetch} />;
  }
  const { members, invitations, canInvite } = list.data;
  const words = search.toLowerCase().split(/\s+/);
  const shown = members.filter(({ name, email, role }) =>
    words.every((word) => `${name} ${email} ${t(`roles.${role}`)}`.toLowerCase().includes(word)),
  );
  const find = (text: string | undefined) =>
    void navigate({ search: { search: text || undefined }, replace: true, resetScroll: false });
  return (
    <>
      <Invite canInvite={canInvite} />
      <Invitations invitations={invitations} />
      <section className="panel" aria-labelledby="members-title">
        <div className="rows-head">
          <Title order={2} id="members-title" className="panel-title">
            {t("members.count", { count: members.length })}
          </Title>
          <TypedInput
            type="search"
            aria-label={t("members.search")}
            placeholder={t("members.search")}
            value={search}
            onText={find}
          />
        </div>
        <VisuallyHidden role="status">{search && t("members.found", { count: shown.length })}</VisuallyHidden>
        {shown.length === 0 && (
          <div className="row">
            <Text>{t("members.none")}</Text>
            <Button variant="default" size="xs" onClick={() => find(undefined)}>
              {t("members.all")}
            </Button>
          </div>
        )}
        <ul className="rows" aria-labelledby="members-title">
          {shown.map((member) => (
            <MemberRow key={member.id} member={member} />
          ))}
        </ul>
      </section>
      <Removal member={members.find(({ id }) => id === remove)} />
    </>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/settings/members" });
  const [said, setSaid] = useState("");
  const changed = async (text: string) => {
    setSaid(text);
    // One's own role may be another now.
    await Promise.all([membersQuery, sessionQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey })));
  };
  const params = { path: { member_id: member.id } };
  const changeRole = useMutation({
    mutationFn: (role: Role) => answer(client.PUT("/console/api/members/{member_id}/role", { params, body: { role } })),
    onSuccess: (_done, role) => changed(t("members.roleChanged", { name: member.name, role: t(`roles.${role}`) })),
  });
  const removeFactor = useMutation({
    mutationFn: () => answer(client.DELETE("/console/api/members/{member_id}/second-factor", { params })),
    onSuccess: () => changed(t("members.factorRemoved", { name: member.name })),
  });
  return (
    <li className="row">
      <div className="row-main">
        <Text fw={600}>
          {member.name}
          {member.isSelf && ` (${t("members.you")})`}
        </Text>
        <Text c="dimmed" fz="sm">
          {member.email}
        </Text>
        <Text c="dimmed" fz="xs">
          {t(`roles.lead.${member.role}`)}
          {member.hasSecondFactor && ` · ${t("members.hasFactor")}`}
        </Text>
      </div>
      <div className="row-side">
        <NativeSelect
          aria-label={t("members.roleOf", { name: member.name })}
          data={ROLES.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
          value={member.role}
          disabled={changeRole.isPending}
          onChange={(event) => changeRole.mutate(event.currentTarget.value as Role)}
        />
        {member.hasSecondFactor && !member.isSelf && (
          <Button
            aria-label={`${t("members.removeFactor")}: ${member.name}`}
            variant="default"
            loading={removeFactor.isPending}
            onClick={() => removeFactor.mutate()}
          >
            {t("members.removeFactor")}
          </Button>
        )}
        <Button
          aria-label={`${t("members.remove")}: ${member.name}`}
          variant="default"
          onClick={() => void navigate({ search: (search) => ({ ...search, remove: member.id }), resetScroll: false })}
        >
          {t("members.remove")}
        </Button>
      </div>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      <FormRefusal error={changeRole.error ?? removeFactor.error} own={{ conflict: t("members.lastAdmin") }} />
    </li>
  );
}

/** Asks once more before a member goes. */
function Removal({ member }: { member: Member | undefined }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/settings/members" });
  const remove = useMutation({
    mutationFn: (id: string) =>
      answer(client.DELETE("/console/api/members/{member_id}", { params: { path: { member_id: id } } })),
    onSuccess: async () => {
      close();
      await Promise.all([membersQuery, sessionQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey })));
    },
  });
  function close() {
    remove.reset();
    void navigate({ search: (search) => ({ ...search, remove: undefined }), replace: true, resetScroll: false });
  }
  return (
    <Modal
      opened={member !== undefined}
      onClose={close}
      title={t("members.removeTitle", { name: member?.name ?? "" })}
      closeButtonProps={{ "aria-label": t("accounts.cancel") }}
    >
      <Text mb="md">{t("members.removeLead")}</Text>
      <FormRefusal error={remove.error} own={{ conflict: t("members.lastAdmin") }} />
      <div className="row-side">
        <Button color="red.9" loading={remove.isPending} onClick={() => member && remove.mutate(member.id)}>
          {t("members.remove")}
        </Button>
        <Button variant="default" onClick={close}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </Modal>
  );
}
