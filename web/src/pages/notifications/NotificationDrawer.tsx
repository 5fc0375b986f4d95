// One notification in full: every language, what each action does, what the household did, why it came.
import { Drawer, Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { NotificationDetail } from "../../api/client";
import { notificationQuery } from "../../api/queries";
import { number } from "../../parts/formats";
import { StatusBadge } from "../../parts/StatusBadge";
import { Time } from "../../parts/Time";
import { readNotificationSearch } from "../notificationSearch";
import { Failure } from "../settings/Failure";
import { Trace } from "./Trace";

export function NotificationDrawer() {
  const { t } = useTranslation();
  const { notificationId } = useParams({ strict: false });
  const navigate = useNavigate();
  // While it slides out it still shows what it showed.
  const lastId = useRef(notificationId);
  useEffect(() => {
    lastId.current = notificationId ?? lastId.current;
  }, [notificationId]);
  const close = () =>
    void navigate({ to: "/notifications", search: (search) => readNotificationSearch(search), resetScroll: false });
  const id = notificationId ?? lastId.current;
  return (
    <Drawer
      opened={notificationId !== undefined}
      onClose={close}
      position="right"
      size="min(34rem, 100vw)"
      title={t("detail.title")}
      closeButtonProps={{ "aria-label": t("detail.close") }}
      classNames={{ title: "drawer-title" }}
    >
      {id !== undefined && <NotificationContent key={id} id={id} />}
    </Drawer>
  );
}

/** A notification in full, fetched. */
export function NotificationContent({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, isError } = useQuery(notificationQuery(id));
  if (data) return <Detail notification={data} />;
  return isError ? <Text>{t("detail.missing")}</Text> : <Skeleton height={320} />;
}

const LANGUAGE_ORDER = ["de", "en", "fr"];

function Detail({ notification }: { notification: NotificationDetail }) {
  const { t, i18n } = useTranslation();
  const texts = Object.entries(notification.texts).sort(
    ([one], [other]) => LANGUAGE_ORDER.indexOf(one) - LANGUAGE_ORDER.indexOf(other),
  );
  return (
    <div className="detail">
      <div className="detail-head">
        <StatusBadge status={notification.status} />
        <Time atMs={notification.createdAtMs} />
      </div>
      {notification.dropReason && <Text>{t(`dropReason.${notification.dropReason}`)}</Text>}

      <Part title={t("detail.texts")}>
        {texts.length === 0 && <Text c="dimmed">{t("detail.noTexts")}</Text>}
        {texts.map(([language, text]) => (
          <article key={language} className="detail-text" lang={language}>
            <Text className="detail-language" lang={undefined}>
              {language === "de" || language === "en" || language === "fr" ? t(`languages.${language}`) : language}
            </Text>
            <Text fw={650}>{text.title}</Text>
            <Text className="card-message">{text.message}</Text>
            {(text.primary ?? text.secondary) && (
              <div className="detail-buttons">
                {[text.primary, text.secondary].map(
                  (action, index) =>
                    action && (
                      <span key={index} className="detail-button" title={action.parameter ?? undefined}>
                        {action.text}
                      </span>
                    ),
                )}
              </div>
            )}
          </article>
        ))}
      </Part>

      <Part title={t("detail.facts")}>
        <dl className="facts">
          <Fact name={t("card.building")}>{notification.customerBuildingId}</Fact>
          <Fact name={t("card.rule")}>
            {notification.ruleName ?? t("card.deletedRule")} ·{" "}
            {t("detail.version", { version: notification.ruleVersion })}
          </Fact>
          {notification.caseLabel && <Fact name={t("detail.case")}>{notification.caseLabel}</Fact>}
          <Fact name={t("detail.priority")}>{t(notification.priority === "high" ? "card.high" : "detail.normal")}</Fact>
          {notification.userIds.length > 0 && <Fact name={t("detail.users")}>{notification.userIds.join(", ")}</Fact>}
          {notification.command && (
            <Fact name={t("detail.command")}>
              <code>{notification.command}</code>
            </Fact>
          )}
          <Fact name={t("detail.created")}>
            <Time atMs={notification.createdAtMs} />
          </Fact>
          <Fact name={t("detail.stored")}>
            <Time atMs={notification.storedAtMs} />
          </Fact>
          {notification.heldUntilMs !== null && (
            <Fact name={t("notices.heldUntil")}>
              <Time atMs={notification.heldUntilMs} />
            </Fact>
          )}
        </dl>
      </Part>

      {Object.keys(notification.actionQualifiers).length > 0 && (
        <Part title={t("detail.actions")}>
          <dl className="facts">
            {(["primary", "secondary", "tap", "dismiss"] as const).map((slot) => {
              const qualifier = notification.actionQualifiers[slot];
              return (
                qualifier && (
                  <Fact key={slot} name={t(`detail.slot.${slot}`)}>
                    {t(`detail.action.${qualifier}`)}
                  </Fact>
                )
              );
            })}
          </dl>
        </Part>
      )}

      {notification.status !== "DROPPED" && (
        <Part title={t("notices.attempts")}>
          {notification.attempts.length === 0 && <Text c="dimmed">{t("notices.noAttempts")}</Text>}
          <dl className="facts">
            {notification.attempts.map((attempt, index) => (
              <Fact key={index} name={attempt.statusCode ?? t("fulfilment.noAnswer")}>
                <Time atMs={attempt.atMs} /> {t("fulfilment.ms", { shown: number(attempt.durationMs, i18n.language) })}
                {attempt.error && (
                  <Text c="dimmed" fz="sm">
                    <Failure error={attempt.error} />
                  </Text>
                )}
              </Fact>
            ))}
          </dl>
        </Part>
      )}

      {notification.status !== "DROPPED" && (
        <Part title={t("detail.interactions")}>
          {notification.interactions.length === 0 && <Text c="dimmed">{t("detail.noInteractions")}</Text>}
          <dl className="facts">
            {notification.interactions.map((interaction, index) => (
              <Fact key={index} name={t(`interaction.${interaction.actionQualifier}`)}>
                <Time atMs={interaction.occurredAtMs} /> {interaction.userId}
              </Fact>
            ))}
          </dl>
        </Part>
      )}

      <Part title={t(notification.status === "DROPPED" ? "detail.traceDropped" : "detail.trace")}>
        {Object.keys(notification.trace).length === 0 ? (
          <Text c="dimmed">{t("detail.noTrace")}</Text>
        ) : (
          <Trace values={notification.trace} />
        )}
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="detail-part">
      <Title order={3} className="detail-part-title">
        {title}
      </Title>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
