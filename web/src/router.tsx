// The addresses of the console. What a viewer chose (filter, open notification) stands in them.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import type { Status } from "./api/client";
import { Gate } from "./Gate";
import { Home } from "./pages/home/Home";
import { NotFound } from "./pages/NotFound";
import { readRuleSearch, readRulesSearch } from "./pages/ruleSearch";
import { PageSkeleton } from "./parts/PageSkeleton";
import { STATUSES } from "./parts/StatusBadge";
import { LANGUAGES } from "./texts";

interface HomeSearch {
  status?: Status | undefined;
  texts?: string | undefined;
}

const rootRoute = createRootRoute({ component: Gate, notFoundComponent: NotFound });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "home",
  component: Home,
  validateSearch: (search: Record<string, unknown>): HomeSearch => ({
    status: STATUSES.find((status) => status === search.status),
    texts: LANGUAGES.find((language) => language === search.texts),
  }),
});
const indexRoute = createRoute({ getParentRoute: () => homeRoute, path: "/" });
// Opens in a drawer over the list.
const notificationRoute = createRoute({ getParentRoute: () => homeRoute, path: "notifications/$notificationId" });

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

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute.addChildren([indexRoute, notificationRoute]),
    rulesRoute,
    catalogueRoute,
    newRuleRoute,
    ruleRoute,
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
