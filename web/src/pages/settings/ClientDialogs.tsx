// What is asked, and shown once, when a client is created, gets another secret, or is revoked.
import { Alert, Button, Checkbox, Modal, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { type ApiClient, clientsQuery, type Secret } from "../../api/organisation";
import { CopyValue } from "../../parts/CopyValue";
import { FormRefusal } from "../../parts/FormRefusal";
import { Time } from "../../parts/Time";

/** Makes a secret, which nothing keeps once its dialog is about something else or closed, also by the browser's Back. */
function useSecret<T>(about: unknown, make: (given: T) => Promise<Secret>) {
  const queries = useQueryClient();
  const making = useMutation({
    mutationFn: make,
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: clientsQuery.queryKey }),
  });
  useForgotten(making.reset, about);
  return making;
}

function useForgotten(reset: () => void, about: unknown) {
  useEffect(() => reset(), [reset, about]);
}

interface NewClientProps {
  isOpen: boolean;
  scopes: string[];
  onClose: () => void;
  /** Hears of the secret, to show it once more. */
  onMade?: (made: Secret) => void;
}

export function NewClient({ isOpen, scopes, onClose, onMade }: NewClientProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(scopes);
  const create = useSecret(isOpen, (given: string[]) =>
    answer(client.POST("/console/api/clients", { body: { scopes: given } })),
  );
  useEffect(() => setChosen(scopes), [isOpen, scopes]);
  return (
    <SecretDialog isOpen={isOpen} title={t("clients.create")} secret={create.data} onClose={onClose}>
      <Checkbox.Group
        label={t("clients.scopes")}
        description={t("clients.scopesLead")}
        value={chosen}
        onChange={setChosen}
        error={(chosen.length === 0 || isAbout(create.error, "/scopes")) && t("clients.noScope")}
      >
        <div className="scope-choice">
          {scopes.map((scope) => (
            <Checkbox
              key={scope}
              value={scope}
              label={t(`clients.scope.${scope.replace(":", "_") as "read_rules"}`)}
              description={scope}
            />
          ))}
        </div>
      </Checkbox.Group>
      <FormRefusal error={create.error} />
      <div className="row-side">
        <Button
          loading={create.isPending}
          disabled={chosen.length === 0}
          onClick={() => create.mutate(chosen, { onSuccess: (made) => onMade?.(made) })}
        >
          {t("clients.create")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </SecretDialog>
  );
}

export function NewSecret({ client: of, onClose }: { client: ApiClient | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const rotate = useSecret(of?.clientId, (id: string) =>
    answer(client.POST("/console/api/clients/{client_id}/secret", { params: { path: { client_id: id } } })),
  );
  return (
    <SecretDialog
      isOpen={of !== undefined}
      title={t("clients.rotateTitle")}
      secret={rotate.data}
      earlierUntilMs={of?.earlierSecretUntilMs}
      onClose={onClose}
    >
      <CopyValue label={t("clients.id")} value={of?.clientId ?? ""} />
      <Text>{t("clients.rotateLead")}</Text>
      {of?.earlierSecretUntilMs && <Text>{t("clients.rotateAgain")}</Text>}
      <FormRefusal error={rotate.error} own={{ conflict: t("clients.isRevoked") }} />
      <div className="row-side">
        <Button loading={rotate.isPending} onClick={() => of && rotate.mutate(of.clientId)}>
          {t("clients.makeSecret")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("accounts.cancel")}
        </Button>
      </div>
    </SecretDialog>
  );
}

export function Revocation({ client: of, onClose }: { client: ApiClient | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) =>
      answer(client.DELETE("/console/api/clients/{client_id}", { params: { path: { client_id: id } } })),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: clientsQuery.queryKey });
    },
  });
  useForgotten(revoke.reset, of?.clientId);
  return (
    <Modal
      opened={of !== undefined}
      onClose={onClose}
      title={t("clients.revokeTitle")}
      closeButtonProps={{ "aria-label": t("accounts.cancel") }}
    >
      <div className="dialog">
        <CopyValue label={t("clients.id")} value={of?.clientId ?? ""} />
        <Text>{t("clients.revokeLead")}</Text>
        <FormRefusal error={revoke.error} />
        <div className="row-side">
          <Button color="red.9" loading={revoke.isPending} onClick={() => of && revoke.mutate(of.clientId)}>
            {t("clients.revoke")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("accounts.cancel")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

interface SecretDialogProps {
  isOpen: boolean;
  title: string;
  secret: Secret | undefined;
  earlierUntilMs?: number | null | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** Asks first; once there is a secret shows it, and is not closed by a slip of the hand. */
function SecretDialog({ isOpen, title, secret, earlierUntilMs, onClose, children }: SecretDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={secret ? t("clients.secretTitle") : title}
      size="lg"
      closeOnClickOutside={!secret}
      closeOnEscape={!secret}
      withCloseButton={!secret}
      closeButtonProps={{ "aria-label": t("accounts.cancel") }}
    >
      <div className="dialog">
        {!secret && children}
        {secret && (
          <>
            <Alert role="status" color="yellow" className="caution" icon={<IconAlertTriangle size={18} aria-hidden />}>
              {t("clients.once")}
            </Alert>
            <CopyValue label={t("clients.id")} value={secret.clientId} />
            <CopyValue label={t("clients.secret")} value={secret.clientSecret} />
            {earlierUntilMs && (
              <Text fz="sm" component="div">
                {t("clients.earlierUntil")} <Time atMs={earlierUntilMs} />
              </Text>
            )}
            <div className="row-side">
              <Button data-autofocus onClick={onClose}>
                {t("clients.kept")}
              </Button>
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}
