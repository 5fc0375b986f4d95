// Where envelopes stand above the graph. Those that would lie on one another become one with a number.
import type { MadeNotification, Simulation } from "../../../api/public";

/** Really made, or what would be sent or held back in the simulation. */
export const KINDS = ["made", "sent", "dropped"] as const;
export type Kind = (typeof KINDS)[number];

export interface Shown {
  kind: Kind;
  notification: MadeNotification;
}

export interface Envelope {
  /** 0 to 1 from the left edge of what is shown. */
  at: number;
  kind: Kind;
  notifications: MadeNotification[];
}

/** All of a simulation, and what was made, in the order of time. */
export function shownOf(simulation: Simulation, made: MadeNotification[]): Shown[] {
  const of = (kind: Kind, notifications: MadeNotification[]) =>
    notifications.map((notification) => ({ kind, notification }));
  return [...of("made", made), ...of("sent", simulation.notifications), ...of("dropped", simulation.dropped)].sort(
    (a, b) => a.notification.createdAtTimeMillis - b.notification.createdAtTimeMillis,
  );
}

/** Envelopes of what lies from `fromMs` to `toMs`, those of a kind at least `gap` (a share of the width) apart. */
export function envelopesOf(all: Shown[], fromMs: number, toMs: number, gap: number): Envelope[] {
  const shown: Envelope[] = [];
  const last = new Map<Kind, Envelope>();
  for (const { kind, notification } of all) {
    const at = (notification.createdAtTimeMillis - fromMs) / (toMs - fromMs);
    if (at < 0 || at > 1) continue;
    const before = last.get(kind);
    if (before && at - before.at < gap) {
      before.notifications.push(notification);
      continue;
    }
    const envelope = { at, kind, notifications: [notification] };
    last.set(kind, envelope);
    shown.push(envelope);
  }
  return shown;
}
