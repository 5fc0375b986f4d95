// The addresses of the console. What a viewer chose (filter, open notification) stands in them.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { Status } from "./api/client";
import { type Kind, KINDS } from "./api/fulfilment";
import { Gate } from "./Gate";
import { Home } from "./pages/home/Home";
import { NotFound } from "./pages/NotFound";
import { type Order, ORDERS } from "./pages/settings/categories";
import { readBacktestSearch, readRuleSearch, readRulesSearch } from "./pages/ruleSearch";
import { PageSkeleton } from "./parts/PageSkeleton";
import { STATUSES } from "./parts/StatusBadge";
import { LANGUAGES } from "./texts";

interface HomeSearch {
  status?: Status | undefined;
  building?: string | undefined;
  texts?: string | undefined;
}

const asText = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));

const rootRoute = createRootRoute({ component: Gate, notFoundComponent: NotFound });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "home",
  component: Home,
  validateSearch: (search: Record<string, unknown>): HomeSearch => ({
    status: STATUSES.find((status) => status === search.status),
    building: asText(search.building),
    texts: LANGUAGES.find((language) => language === search.texts),
  }),
});
const indexRoute = createRoute({ getParentRoute: () => homeRoute, path: "/" });
// Opens in a drawer over the list.
const notificationRoute = createRoute({ getParentRoute: () => homeRoute, path: "notifications/$notificationId" });

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
  validateSearch: (search: Record<string, unknown>): { auth?: Kind | undefined; show?: "failed" | undefined } => ({
    auth: KINDS.find((kind) => kind === search.auth),
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

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute.addChildren([indexRoute, notificationRoute]),
    openRoute.addChildren([joinRoute, forgottenRoute, newPasswordRoute]),
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
  ]),
  basepath: "/console",
  trailingSlash: "never",
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 0,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
