// The signing secret: shown once when it is made, replaced while the old one stays good for a while.
import { Button, NativeSelect, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../../api/client";
import { type Endpoint, fulfilmentQuery } from "../../api/fulfilment";
import { Commands } from "../../parts/Commands";
import { FormRefusal } from "../../parts/FormRefusal";
import { Panel } from "../../parts/Panel";
import { Time } from "../../parts/Time";

const OVERLAPS_HOURS = [24, 72, 168, 1, 0] as const;

interface Props {
  endpoint: Endpoint;
  fresh: string | null;
  onFresh: (secret: string) => void;
}

export function SigningSecret({ endpoint, fresh, onFresh }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const rotate = useMutation({
    mutationFn: (overlapHours: number) =>
      answer(client.POST("/console/api/fulfilment/signing-secret", { body: { overlapHours } })),
    onSuccess: async ({ signingSecret }) => {
      onFresh(signingSecret);
      await queries.invalidateQueries({ queryKey: fulfilmentQuery.queryKey });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    rotate.mutate(Number(new FormData(event.currentTarget).get("overlapHours")));
  };
  return (
    <Panel id="secret-title" title={t("fulfilment.secret")}>
      <div role="status">{fresh && <FreshSecret secret={fresh} />}</div>
      <Text component="div" fz="sm" mb="sm">
        {t("fulfilment.secretLead")}{" "}
        {endpoint.signingSecretSetAtMs !== null && (
          <>
            {t("fulfilment.secretMade")} <Time atMs={endpoint.signingSecretSetAtMs} />
          </>
        )}
      </Text>
      {endpoint.oldSecretUntilMs !== null && (
        <Text component="div" fz="sm" mb="sm">
          {t("fulfilment.oldSecret")} <Time atMs={endpoint.oldSecretUntilMs} />
        </Text>
      )}
      <form className="row-side rotation" onSubmit={submit}>
        <NativeSelect
          label={t("fulfilment.overlap")}
          name="overlapHours"
          data={OVERLAPS_HOURS.map((hours) => ({ value: String(hours), label: t(`fulfilment.overlapOf.${hours}`) }))}
        />
        <Button type="submit" variant="default" loading={rotate.isPending}>
          {t("fulfilment.rotate")}
        </Button>
      </form>
      <FormRefusal error={rotate.error} />
    </Panel>
  );
}

/** A secret that was just made, with a word that it is not shown again. */
export function FreshSecret({ secret }: { secret: string }) {
  const { t } = useTranslation();
  return (
    <div className="fresh-secret">
      <Text fz="sm" fw={600} mb="xs">
        {t("fulfilment.secretOnce")}
      </Text>
      <Commands text={secret} label={t("fulfilment.secretItself")} />
    </div>
  );
}
