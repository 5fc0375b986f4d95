// The same as the graph, in tables: what was really said, what would have been, and what was looked at.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MadeNotification } from "../../../api/public";
import { Broken } from "../../../parts/Broken";
import { weekdayTime } from "../../../parts/formats";
import { LineTables } from "../../../parts/graph/LineTables";
import { textIn } from "../../../parts/textIn";
import type { Tried } from "../useSimulation";
import { linesOf } from "./drawnOf";
import { shownOf } from "./envelopes";
import { useMade } from "./useMade";

const MOST_ROWS = 200;

interface Props {
  tried: Tried;
  onAsk: (timesMs: number[]) => void;
  /** Notifications that were really made, by their ids. */
  onOpen: (ids: string[]) => void;
}

export function GraphTable({ tried, onAsk, onOpen }: Props) {
  const { t } = useTranslation();
  const { simulation, timeZoneId, fromMs, toMs } = tried;
  const made = useMade(tried);
  const simulated = shownOf(simulation, []).map(({ notification }) => notification);
  return (
    <div className="graph-tables" tabIndex={0} role="region" aria-label={t("rule.graph")}>
      {made && !made.isBroken && (
        <NotificationTable
          caption={t("rule.reallyMade")}
          notifications={made.notifications}
          isKnown={made.isKnown}
          timeZoneId={timeZoneId}
          outcomeOf={(each) =>
            [t(`status.${each.deliveryStatus}`), each.dropReason && t(`dropReason.${each.dropReason}`)]
              .filter(Boolean)
              .join(": ")
          }
          column={t("rule.openMade")}
          button={t("rule.openMade")}
          buttonOf={(time) => t("rule.openMadeOf", { time })}
          onChoose={(each) => onOpen([each.id])}
        />
      )}
      {made?.isBroken && <Broken text={t("list.broken")} onAgain={made.refetch} isRow />}
      <NotificationTable
        caption={t("rule.simulated")}
        notifications={simulated}
        isKnown
        timeZoneId={timeZoneId}
        outcomeOf={(each) => (each.dropReason ? t(`dropReason.${each.dropReason}`) : t("rule.sent"))}
        column={t("rule.whyShort")}
        button={t("rule.ask")}
        buttonOf={(time) => t("rule.whyOf", { time })}
        onChoose={(each) => onAsk([each.createdAtTimeMillis])}
      />
      <LineTables drawn={{ lines: linesOf(simulation.series), timeZoneId, fromMs, toMs }} />
    </div>
  );
}

interface NotificationTableProps {
  caption: string;
  /** In the order of time. */
  notifications: MadeNotification[];
  /** Whether they were told already; only then there may be none. */
  isKnown: boolean;
  timeZoneId: string;
  outcomeOf: (notification: MadeNotification) => string;
  /** What its buttons are for. */
  column: string;
  button: string;
  /** The button's name, of the notification of a time. */
  buttonOf: (time: string) => string;
  onChoose: (notification: MadeNotification) => void;
}

function NotificationTable(props: NotificationTableProps) {
  const { caption, notifications, isKnown, timeZoneId, outcomeOf, column, button, buttonOf, onChoose } = props;
  const { t, i18n } = useTranslation();
  return (
    <table className="plain-table">
      <caption>
        {caption}
        {notifications.length > MOST_ROWS && ` · ${t("rule.lastRows", { count: MOST_ROWS })}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("rule.at")}</th>
          <th scope="col">{t("rule.outcome")}</th>
          <th scope="col">{t("rule.place.message")}</th>
          <th scope="col">{column}</th>
        </tr>
      </thead>
      <tbody>
        {isKnown && notifications.length === 0 && (
          <tr>
            <td colSpan={4}>{t("rule.noneMade")}</td>
          </tr>
        )}
        {notifications.slice(-MOST_ROWS).map((each) => {
          const text = textIn(each.notification?.texts, i18n.language);
          const time = weekdayTime(each.createdAtTimeMillis, i18n.language, timeZoneId);
          return (
            <tr key={each.id}>
              <th scope="row">{time}</th>
              <td>{outcomeOf(each)}</td>
              <td>{text ? `${text.title}: ${text.message}` : ""}</td>
              <td>
                <Button size="compact-xs" variant="default" onClick={() => onChoose(each)} aria-label={buttonOf(time)}>
                  {button}
                </Button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
