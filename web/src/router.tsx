// The addresses of the console. What a viewer chose (filter, open notification) stands in them.
import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import type { Status } from "./api/client";
import { Gate } from "./Gate";
import { Home } from "./pages/home/Home";
import { NotFound } from "./pages/NotFound";
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

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute.addChildren([indexRoute, notificationRoute])]),
  basepath: "/console",
  trailingSlash: "never",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
