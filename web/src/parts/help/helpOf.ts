// Which section of the manual explains which page of the console. The compiler misses a page that is not here.
import type { RegisteredRouter } from "@tanstack/react-router";

type Addresses = keyof RegisteredRouter["routesByPath"];
type SignedOut = "/join" | "/forgotten-password" | "/new-password";

export const HELP_OF = {
  "/": "operate/overview",
  "/notifications": "operate/notifications",
  "/notifications/$notificationId": "operate/notifications",
  "/events": "operate/events",
  "/events/import": "operate/events#import",
  "/rules": "write-rules/in-the-console#find-switch-on-switch-off",
  "/rules/catalogue": "write-rules/predefined-rules",
  "/rules/new": "write-rules/in-the-console#write-expressions",
  "/rules/$ruleId": "write-rules/in-the-console#try-before-you-save",
  "/rules/$ruleId/impact": "operate/notifications#what-a-rule-led-to",
  "/rules/$ruleId/backtest": "write-rules/in-the-console#try-on-many-homes",
  "/buildings": "operate/households#the-list",
  "/buildings/$buildingId": "operate/households#one-building",
  "/context-services": "operate/weather#how-it-stands",
  "/start": "operate/on-boarding",
  "/profile": "operate/members#second-factor",
  "/settings": "operate/organisation",
  "/settings/": "operate/organisation",
  "/settings/data": "operate/organisation#name-languages-time-zone",
  "/settings/members": "operate/members#roles",
  "/settings/fulfilment": "integrate/webhooks#set-an-endpoint",
  "/settings/event-categories": "operate/organisation#event-categories",
  "/settings/audit": "operate/members#audit-log",
  "/help": "",
  "/help/$": "",
  "/support": "operate/support",
  "/support/$ticketId": "operate/support",
} satisfies Record<Exclude<Addresses, SignedOut>, string>;
