// Speaks to the console's endpoints, typed from their own description.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Session = Schemas["SessionView"];
export type Activity = Schemas["ActivityView"];
export type Overview = Schemas["OverviewView"];
export type LiveUpdate = Schemas["LiveUpdate"];
export type Notification = Schemas["NotificationView"];
export type NotificationDetail = Schemas["NotificationDetail"];
export type Status = Notification["status"];
export type Interaction = NonNullable<Notification["interaction"]>["actionQualifier"];
type Problem = Schemas["ProblemView"];
export type Permission = Session["permissions"][number];

export type PredefinedRule = Schemas["PredefinedRuleView"];
export type Catalogue = Schemas["CatalogueView"];

/** A place in a request and what is wrong there; `pointer` is a JSON pointer. */
export interface Mistake {
  pointer: string;
  detail: string;
  hint?: string | null;
}

/** A request that was refused, with the server's stable code; "unreachable" when no proper answer came. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly retryAfterSeconds: number | null,
    readonly detail = "",
    readonly mistakes: Mistake[] = [],
  ) {
    super(code);
  }

  /** Where the request was wrong, as JSON pointers. */
  get pointers(): string[] {
    return this.mistakes.map(({ pointer }) => pointer);
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
  const outcome = await pending.catch((failure: unknown): never => {
    throw failure instanceof Refused ? failure : new Refused("unreachable", null);
  });
  if (outcome.response.ok) return outcome.data as T;
  throw refusalOf(outcome.response, outcome.error);
}

/** A problem document, of the console or of the public API, as what is raised. */
export function refusalOf(response: Response | null, body: unknown): Refused {
  const problem = body as Partial<Problem & { errors: Mistake[] }> | null | undefined;
  const code = problem?.code ?? problem?.type?.split(":").at(-1) ?? "unreachable";
  const retryAfter = Number(response?.headers.get("Retry-After") ?? Number.NaN);
  return new Refused(
    code,
    Number.isFinite(retryAfter) ? retryAfter : null,
    problem?.detail,
    (problem?.errors ?? []).map((error) => ({ detail: error.message, ...error })),
  );
}
