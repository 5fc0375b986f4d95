// When households are left in peace, and how much they hear: for all buildings without limits of their own.
import { Button, Checkbox, NumberInput, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isAbout } from "../../api/accounts";
import { answer, client } from "../../api/client";
import { type Limits, organisationQuery } from "../../api/organisation";
import { useSave } from "../../api/useSave";
import { Done } from "../../parts/Done";
import { FormRefusal } from "../../parts/FormRefusal";
import { Panel } from "../../parts/Panel";

const USUAL_NIGHT = { start: "22:00", end: "07:00" };

export function HouseholdLimits({ limits }: { limits: Limits }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isQuiet, setIsQuiet] = useState(limits.quietHours !== null);
  const [night, setNight] = useState(limits.quietHours ?? USUAL_NIGHT);
  const [most, setMost] = useState(limits.maxNotificationsPerDay);
  const change = useSave({
    mutationFn: () =>
      answer(
        client.PUT("/console/api/organisation/limits", {
          body: { quietHours: isQuiet ? night : null, maxNotificationsPerDay: most },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: organisationQuery.queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate();
  };
  const times = ["start", "end"] as const;
  const isFieldWrong = ["/maxNotificationsPerDay", ...times.map((time) => `/quietHours/${time}`)].some((field) =>
    isAbout(change.error, field),
  );
  return (
    <Panel id="limits-title" title={t("data.limits")}>
      <form className="form-column" onSubmit={submit} onChange={change.forget}>
        <Text c="dimmed" fz="sm">
          {t("data.limitsLead")}
        </Text>
        <Checkbox
          label={t("data.quietHours")}
          checked={isQuiet}
          onChange={(event) => setIsQuiet(event.currentTarget.checked)}
        />
        {isQuiet && (
          <div className="two-fields">
            {times.map((time) => (
              <TextInput
                key={time}
                type="time"
                label={t(`data.quiet.${time}`)}
                value={night[time]}
                onChange={(event) => setNight({ ...night, [time]: event.currentTarget.value })}
                error={isAbout(change.error, `/quietHours/${time}`) && t("data.noTime")}
                required
                withAsterisk={false}
              />
            ))}
          </div>
        )}
        <NumberInput
          label={t("data.most")}
          description={t("data.mostLead")}
          value={most ?? ""}
          onChange={(value) => setMost(value === "" ? null : Number(value))}
          error={isAbout(change.error, "/maxNotificationsPerDay") && t("data.mostWrong")}
          min={0}
          max={1000}
          allowDecimal={false}
          allowNegative={false}
          hideControls
        />
        {!isFieldWrong && <FormRefusal error={change.error} />}
        <Done text={change.isSuccess && t("profile.saved")} />
        <Button type="submit" loading={change.isPending}>
          {t("data.saveLimits")}
        </Button>
      </form>
    </Panel>
  );
}
