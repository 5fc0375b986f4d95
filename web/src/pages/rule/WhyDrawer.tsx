// Why the rule spoke at a time, or did not: the step that decided, what was counted, every part of the conditions.
import { Drawer, Skeleton } from "@mantine/core";
import { IconCircleCheck, IconCircleMinus, IconCircleX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer } from "../../api/client";
import { api, type Rule, type Simulation, type Why } from "../../api/public";
import { weekdayTime } from "../../parts/formats";
import { Refusal } from "../../parts/Refusal";
import { textIn } from "../../parts/textIn";
import { type Say, useSentences } from "../../texts/sentences";
import { Steps, useStep } from "./Steps";
import { WhyTree } from "./WhyTree";

/** A rule in a home, with what it would have said there as far as that is known. */
export interface Asked {
  rule: Rule;
  simulation: Pick<Simulation, "customerBuildingId" | "notifications">;
  timeZoneId: string;
}

interface Props {
  /** The instants asked about, one after the other; none closes it. */
  timesMs: number[];
  result: Asked | undefined;
  onClose: () => void;
  /** What stands above the explanation. */
  children?: ReactNode;
}

export function WhyDrawer({ timesMs, result, onClose, children }: Props) {
  const { t, i18n } = useTranslation();
  const { item: atMs, at, step } = useStep(timesMs);
  return (
    <Drawer
      opened={atMs !== undefined && result !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={<span className="drawer-title">{t("rule.why")}</span>}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      {children}
      <Steps at={at} count={timesMs.length} onStep={step} />
      {atMs !== undefined && result && <Explanation key={atMs} atMs={atMs} tried={result} language={i18n.language} />}
    </Drawer>
  );
}

function Explanation({ atMs, tried, language }: { atMs: number; tried: Asked; language: string }) {
  const { t } = useTranslation();
  const say = useSentences();
  const { simulation, rule, timeZoneId } = tried;
  const customerBuildingId = simulation.customerBuildingId;
  const timestamp = Math.round(atMs) / 1000;
  const why = useQuery({
    queryKey: ["why", customerBuildingId, atMs, rule],
    gcTime: 60_000,
    queryFn: ({ signal }) =>
      answer(api.POST("/rules/why/v1", { body: { rule, customerBuildingId, timestamp }, signal })),
  });
  const said = simulation.notifications.find((each) => each.createdAtTimeMillis === atMs);
  const text = textIn(said?.notification?.texts, language);
  return (
    <div className="why">
      <p className="why-asked">
        {t("rule.asked", { time: weekdayTime(atMs, language, timeZoneId), building: customerBuildingId })}
      </p>
      {text && (
        <blockquote className="detail-text">
          <b>{text.title}</b>
          <br />
          {text.message}
        </blockquote>
      )}
      {why.isPending && <Skeleton height={220} />}
      {why.isError && <Refusal error={why.error} onAgain={() => void why.refetch()} />}
      {why.data && !why.data.evaluation && <p>{t("rule.noEvaluation")}</p>}
      {why.data?.evaluation && (
        <Evaluation evaluation={why.data.evaluation} language={language} timeZoneId={timeZoneId} />
      )}
      {why.data && why.data.notes.length > 0 && (
        <ul className="why-notes">
          {why.data.notes.map((note) => (
            <li key={note}>{say(note)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

const OUTCOMES = {
  sent: { Icon: IconCircleCheck, status: "DELIVERED", name: "sent" },
  dropped: { Icon: IconCircleMinus, status: "DROPPED", name: "held" },
  "not sent": { Icon: IconCircleX, status: "FAILED", name: "notSent" },
} as const;

interface EvaluationProps {
  evaluation: NonNullable<Why["evaluation"]>;
  language: string;
  timeZoneId: string;
}

function Evaluation({ evaluation, language, timeZoneId }: EvaluationProps) {
  const { t } = useTranslation();
  const say = useSentences();
  const { Icon, status, name } = OUTCOMES[evaluation.outcome];
  const { before, after } = evaluation;
  const counted = (["matches", "streak", "delivered"] as const).filter((each) => before[each] || after[each]);
  return (
    <>
      <div className="why-outcome" data-status={status}>
        <Icon size={20} aria-hidden />
        <div>
          <b>{t(`rule.outcomes.${name}`)}</b>
          {evaluation.outcome !== "sent" && <p>{sentence(evaluation.ended, say)}</p>}
        </div>
      </div>
      <p className="why-evaluated">
        {t("rule.evaluatedAt", { time: weekdayTime(Date.parse(evaluation.at), language, timeZoneId) })}
      </p>
      {Object.entries(evaluation.parts).map(([part, explained]) => (
        <section key={part} className="why-part">
          <h3>{partName(part, t)}</h3>
          <WhyTree part={explained} />
        </section>
      ))}
      {counted.length > 0 && (
        <section className="why-part">
          <h3>{t("rule.counted")}</h3>
          <dl className="facts">
            {counted.map((each) => (
              <div key={each}>
                <dt>{t(`rule.counts.${each}`)}</dt>
                <dd>{before[each] === after[each] ? after[each] : `${before[each]} → ${after[each]}`}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

/** The step in words, without the outcome that stands above it already. */
function sentence(ended: string, say: Say): string {
  const reason = /^not sent: (.*)$/s.exec(ended)?.[1];
  const text = reason === undefined ? say(ended) : say(reason, "reasons");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function partName(part: string, t: TFunction): string {
  const [kind, index] = part.split(" ");
  if (kind === "condition") return t("rule.place.condition");
  if (kind === "streak") return t("rule.place.streakCondition");
  return t("rule.caseNumber", { number: Number(index ?? 0) + 1 });
}
