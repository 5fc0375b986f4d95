// Where envelopes stand above the graph. Those that would lie on one another become one with a number.
import type { Simulation, TriedNotification } from "../../../api/public";

export interface Envelope {
  /** 0 to 1 from the left edge of what is shown. */
  at: number;
  isSent: boolean;
  notifications: TriedNotification[];
}

/** Envelopes of what is shown from `fromMs` to `toMs`, at least `gap` (a share of the width) apart. */
export function envelopesOf(simulation: Simulation, fromMs: number, toMs: number, gap: number): Envelope[] {
  const all = [
    ...simulation.notifications.map((notification) => ({ notification, isSent: true })),
    ...simulation.dropped.map((notification) => ({ notification, isSent: false })),
  ];
  const made: Envelope[] = [];
  const last: Record<string, Envelope | undefined> = {};
  for (const { notification, isSent } of all.sort(
    (a, b) => a.notification.createdAtTimeMillis - b.notification.createdAtTimeMillis,
  )) {
    const at = (notification.createdAtTimeMillis - fromMs) / (toMs - fromMs);
    if (at < 0 || at > 1) continue;
    const before = last[String(isSent)];
    if (before && at - before.at < gap) {
      before.notifications.push(notification);
      continue;
    }
    const envelope = { at, isSent, notifications: [notification] };
    last[String(isSent)] = envelope;
    made.push(envelope);
  }
  return made;
}
