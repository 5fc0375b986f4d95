// Speaks to the public API in the member's name. Its access token stays in memory and is renewed before it ends.
import createClient from "openapi-fetch";
import { answer, client } from "./client";
import type { components, paths } from "./public-schema";

type Schemas = components["schemas"];
export type Rule = Schemas["Rule"];
export type Dataset = Schemas["Dataset"];
export type Template = Schemas["NotificationTemplate"];
export type TemplateTexts = Schemas["TemplateTexts"];
export type Case = Schemas["NotificationCase"];
export type Finding = Schemas["Finding"];
export type RuleVersion = Schemas["RuleVersion"];
export type Simulation = Schemas["Simulation"];
export type Series = Schemas["SeriesShown"];
export type Backtest = Schemas["Backtest"];
export type BacktestLine = Schemas["BacktestLine"];
export type HomeTried = Schemas["HomeTried"];
export type Present = Schemas["Present"];
export type PresentValue = Schemas["PresentValue"];
export type PresentDataset = Schemas["PresentDataset"];
export type MadeNotification = Schemas["Notification"];
export type Why = Schemas["Why"];
export type ExplainedPart = Schemas["ExplainedPart"];
export type ExpressionAnswer = Schemas["ExpressionAnswer"];
type ExpressionQuestion = Schemas["ExpressionQuestion"];
export type ExpressionMistake = Schemas["Mistake"];
export type Place = ExpressionQuestion["place"];

// So long before its end a token is not trusted any more.
const SPARE_MS = 60_000;

let held: { token: Promise<string>; usableUntil: number } | undefined;

/** The access token, a new one where there is none or it ends soon. Requests at one time share it. */
function accessToken(): Promise<string> {
  if (held && Date.now() < held.usableUntil) return held.token;
  const asked = answer(client.POST("/console/api/token")).then((answered) => {
    if (held?.token === asked) held.usableUntil = Date.now() + answered.expiresInSeconds * 1000 - SPARE_MS;
    return answered.accessToken;
  });
  held = { token: asked, usableUntil: Infinity };
  asked.catch(() => {
    if (held?.token === asked) held = undefined;
  });
  return asked;
}

/** Nothing of this member stays behind. */
export function forgetAccessToken(): void {
  held = undefined;
}

/** `fetch` with the token; once more with a new one when it was refused. */
export async function fetchWithToken(request: Request): Promise<Response> {
  const send = async (attempt: Request) => {
    attempt.headers.set("Authorization", `Bearer ${await accessToken()}`);
    return fetch(attempt);
  };
  const again = request.clone();
  const response = await send(request);
  if (response.status !== 401) return response;
  forgetAccessToken();
  return send(again);
}

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: fetchWithToken });
