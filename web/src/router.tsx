// The addresses of the console. What a viewer chose (filter, open notification) stands in them.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { Status } from "./api/client";
import { type Kind, KINDS } from "./api/fulfilment";
import { TICKET_ORDERS, TICKET_STATES, type TicketsSearch } from "./api/support";
import { STEPS, type StepName } from "./api/onboarding";
import { Gate } from "./Gate";
import { AllCrashed, Crashed } from "./pages/Crashed";
import { Home } from "./pages/home/Home";
import { readEventSearch } from "./pages/eventSearch";
import { NotFound } from "./pages/NotFound";
import { readNotificationSearch } from "./pages/notificationSearch";
import { type Order, ORDERS } from "./pages/settings/categories";
import { readBuildingSearch, readBuildingsSearch } from "./pages/buildingSearch";
import { readBacktestSearch, readImpactSearch, readRuleSearch, readRulesSearch } from "./pages/ruleSearch";
import { PageSkeleton } from "./parts/PageSkeleton";
import { STATUSES } from "./parts/StatusBadge";
import { LANGUAGES } from "./texts";

interface HomeSearch {
  status?: Status | undefined;
  texts?: string | undefined;
  /** Hours and days as tables. */
  as?: "table" | undefined;
}

const asText = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));

const rootRoute = createRootRoute({ component: Gate, notFoundComponent: NotFound, errorComponent: AllCrashed });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  component: Home,
  validateSearch: (search: Record<string, unknown>): HomeSearch => ({
    status: STATUSES.find((status) => status === search.status),
    texts: LANGUAGES.find((language) => language === search.texts),
    as: search.as === "table" ? "table" : undefined,
  }),
});
const notificationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "notifications",
  component: lazyRouteComponent(() => import("./pages/notifications/Notifications"), "Notifications"),
  validateSearch: readNotificationSearch,
});
// Opens in a drawer over the list.
const notificationRoute = createRoute({ getParentRoute: () => notificationsRoute, path: "$notificationId" });
const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "events",
  component: lazyRouteComponent(() => import("./pages/events/Events"), "Events"),
  validateSearch: readEventSearch,
});
const importRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "events/import",
  component: lazyRouteComponent(() => import("./pages/events/Import"), "Import"),
  validateSearch: (search: Record<string, unknown>): { building?: string | undefined } => ({
    building: asText(search.building),
  }),
});

// For whoever is not signed in. The token of a mailed link stands behind #, which no server is sent.
const openRoute = createRoute({ getParentRoute: () => rootRoute, id: "open" });
const joinRoute = createRoute({
  getParentRoute: () => openRoute,
  path: "join",
  component: lazyRouteComponent(() => import("./pages/sign-in/Join"), "Join"),
});
const forgottenRoute = createRoute({
  getParentRoute: () => openRoute,
  path: "forgotten-password",
  component: lazyRouteComponent(() => import("./pages/sign-in/ForgottenPassword"), "ForgottenPassword"),
});
const newPasswordRoute = createRoute({
  getParentRoute: () => openRoute,
  path: "new-password",
  component: lazyRouteComponent(() => import("./pages/sign-in/NewPassword"), "NewPassword"),
});

const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "start",
  component: lazyRouteComponent(() => import("./pages/start/Start"), "Start"),
  validateSearch: (
    search: Record<string, unknown>,
  ): { step?: StepName | "none" | undefined; auth?: Kind | undefined; dialog?: "new" | undefined } => ({
    step: [...STEPS, "none" as const].find((step) => step === search.step),
    auth: KINDS.find((kind) => kind === search.auth),
    dialog: search.dialog === "new" ? "new" : undefined,
  }),
});
const profileRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "profile",
  component: lazyRouteComponent(() => import("./pages/profile/Profile"), "Profile"),
});
const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "settings",
  component: lazyRouteComponent(() => import("./pages/settings/Settings"), "Settings"),
});
const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/members", replace: true });
  },
});
const membersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "members",
  component: lazyRouteComponent(() => import("./pages/settings/Members"), "Members"),
  validateSearch: (search: Record<string, unknown>): { search?: string | undefined; remove?: string | undefined } => ({
    search: asText(search.search),
    remove: asText(search.remove),
  }),
});
const fulfilmentRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "fulfilment",
  component: lazyRouteComponent(() => import("./pages/settings/Fulfilment"), "Fulfilment"),
  validateSearch: (
    search: Record<string, unknown>,
  ): { auth?: Kind | undefined; channel?: string | undefined; show?: "failed" | undefined } => ({
    auth: KINDS.find((kind) => kind === search.auth),
    channel: typeof search.channel === "string" ? search.channel : undefined,
    show: search.show === "failed" ? "failed" : undefined,
  }),
});
const dataRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "data",
  component: lazyRouteComponent(() => import("./pages/settings/Data"), "Data"),
  validateSearch: (
    search: Record<string, unknown>,
  ): { dialog?: "new" | undefined; rotate?: string | undefined; revoke?: string | undefined } => ({
    dialog: search.dialog === "new" ? "new" : undefined,
    rotate: asText(search.rotate),
    revoke: asText(search.revoke),
  }),
});
const eventCategoriesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "event-categories",
  component: lazyRouteComponent(() => import("./pages/settings/EventCategories"), "EventCategories"),
  validateSearch: (search: Record<string, unknown>): { search?: string | undefined; sort?: Order | undefined } => ({
    search: asText(search.search),
    sort: ORDERS.find((order) => order === search.sort),
  }),
});
const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "audit",
  component: lazyRouteComponent(() => import("./pages/settings/Audit"), "Audit"),
  validateSearch: (search: Record<string, unknown>): { search?: string | undefined } => ({
    search: asText(search.search),
  }),
});
// The pages about rules come late: who only watches never loads them.
const rulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "rules",
  validateSearch: readRulesSearch,
  component: lazyRouteComponent(() => import("./pages/rules/Rules"), "Rules"),
});
const catalogueRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "rules/catalogue",
  component: lazyRouteComponent(() => import("./pages/catalogue/Catalogue"), "Catalogue"),
});
const newRuleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "rules/new",
  validateSearch: readRuleSearch,
  component: lazyRouteComponent(() => import("./pages/rule/Rule"), "NewRule"),
});
const ruleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "rules/$ruleId",
  validateSearch: readRuleSearch,
  component: lazyRouteComponent(() => import("./pages/rule/Rule"), "SavedRule"),
});
const backtestRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "rules/$ruleId/backtest",
  validateSearch: readBacktestSearch,
  component: lazyRouteComponent(() => import("./pages/backtest/Backtest"), "Backtest"),
});
const ruleImpactRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "rules/$ruleId/impact",
  validateSearch: readImpactSearch,
  component: lazyRouteComponent(() => import("./pages/impact/RuleImpact"), "RuleImpact"),
});

const contextRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "context-services",
  validateSearch: (search: Record<string, unknown>): { building?: string | undefined } => ({
    building: asText(search.building),
  }),
  component: lazyRouteComponent(() => import("./pages/context/Context"), "Context"),
});
const buildingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "buildings",
  validateSearch: readBuildingsSearch,
  component: lazyRouteComponent(() => import("./pages/buildings/Buildings"), "Buildings"),
});
const buildingRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "buildings/$buildingId",
  validateSearch: readBuildingSearch,
  component: lazyRouteComponent(() => import("./pages/building/Building"), "Building"),
});
// The manual: pages below help/ are its own.
const helpSearch = (search: Record<string, unknown>): { q?: string | undefined } => ({ q: asText(search.q) });
const helpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "help",
  validateSearch: helpSearch,
  component: lazyRouteComponent(() => import("./pages/help/Help"), "Help"),
});
const helpPageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "help/$",
  validateSearch: helpSearch,
  component: lazyRouteComponent(() => import("./pages/help/Help"), "Help"),
});
const readAddress = (value: unknown) => (typeof value === "string" && value.startsWith("/") ? value : undefined);
const supportRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "support",
  validateSearch: (search: Record<string, unknown>): TicketsSearch & { from?: string | undefined } => ({
    q: search.q === undefined || search.q === "" ? undefined : String(search.q),
    requests: TICKET_STATES.find((state) => state === search.requests),
    sort: TICKET_ORDERS.find((order) => order === search.sort),
    from: readAddress(search.from),
  }),
  component: lazyRouteComponent(() => import("./pages/support/Support"), "Support"),
});
const ticketRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "support/$ticketId",
  component: lazyRouteComponent(() => import("./pages/support/Ticket"), "Ticket"),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    notificationsRoute.addChildren([notificationRoute]),
    eventsRoute,
    importRoute,
    openRoute.addChildren([joinRoute, forgottenRoute, newPasswordRoute]),
    startRoute,
    profileRoute,
    settingsRoute.addChildren([
      settingsIndexRoute,
      dataRoute,
      membersRoute,
      fulfilmentRoute,
      eventCategoriesRoute,
      auditRoute,
    ]),
    rulesRoute,
    catalogueRoute,
    newRuleRoute,
    ruleRoute,
    backtestRoute,
    ruleImpactRoute,
    contextRoute,
    buildingsRoute,
    buildingRoute,
    helpRoute,
    helpPageRoute,
    supportRoute,
    ticketRoute,
  ]),
  basepath: "/console",
  trailingSlash: "never",
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: Crashed,
  defaultPendingMs: 0,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
