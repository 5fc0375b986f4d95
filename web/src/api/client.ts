// Speaks to the console's endpoints, typed from their own description.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Session = Schemas["SessionView"];
export type Overview = Schemas["OverviewView"];
export type LiveUpdate = Schemas["LiveUpdate"];
export type Notification = Schemas["NotificationView"];
export type NotificationDetail = Schemas["NotificationDetail"];
export type Status = Notification["status"];
export type Problem = Schemas["ProblemView"];
export type Permission = Session["permissions"][number];

/** A request that was refused, with the server's stable code; "unreachable" when no proper answer came. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly retryAfterSeconds: number | null,
    /** Where the request was wrong, as JSON pointers. */
    readonly pointers: string[] = [],
  ) {
    super(code);
  }
}

let csrfToken = "";

/** Every changing request carries the session's token from now on. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

export const client = createClient<paths>({ baseUrl: window.location.origin });
client.use({
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
});

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data; raises `Refused` for anything but success. */
export async function answer<T>(pending: Promise<Outcome<T>>): Promise<T> {
  const outcome = await pending.catch((): never => {
    throw new Refused("unreachable", null);
  });
  if (outcome.response.ok) return outcome.data as T;
  const problem = outcome.error as Partial<Problem> | undefined;
  const retryAfter = Number(outcome.response.headers.get("Retry-After") ?? Number.NaN);
  const pointers = problem?.errors?.map(({ pointer }) => pointer) ?? [];
  throw new Refused(problem?.code ?? "unreachable", Number.isFinite(retryAfter) ? retryAfter : null, pointers);
}
