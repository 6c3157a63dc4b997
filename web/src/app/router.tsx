/** Every address of the interface. Pages are loaded when they are first visited. */

import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { createQueryClient } from "@/api/queryClient";
import { traceQuery, tracesQuery } from "@/api/traces";
import { type PageSearch, parseSearch, stringifySearch, validateSearch } from "@/domain/address";
import { traceListOf } from "@/ui/address";
import { Empty, Problem } from "@/ui/states";
import { Shell } from "./shell";

const root = createRootRoute({
  component: Shell,
  validateSearch,
  notFoundComponent: () => (
    <Empty icon={Compass} title="There is no page at this address">
      <Link to="/traces" className="link">
        Go to traces
      </Link>
    </Empty>
  ),
  errorComponent: ({ error, reset }) => <Problem error={error} what="This page" onRetry={reset} />,
});

export const queryClient = createQueryClient();

interface Visit {
  search: PageSearch;
  params: Record<string, string>;
}

/** A page; `ask` is called when it is entered, so that its first answer is under way while its code is. */
const page = <P extends string>(
  path: P,
  load: () => Promise<{ default: React.ComponentType }>,
  ask?: (visit: Visit) => Promise<void>,
) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load),
    beforeLoad: ({ cause, search, params }) => {
      if (cause === "enter") void ask?.({ search, params });
    },
  });

const askForTraces = ({ search }: Visit) => queryClient.prefetchInfiniteQuery(tracesQuery(traceListOf(search)));
const askForTrace = ({ params }: Visit) => queryClient.prefetchQuery(traceQuery(params.traceId ?? ""));

const routes = root.addChildren([
  page("/", () => import("@/features/home/homePage")),
  page("/traces", () => import("@/features/traces/tracesPage"), askForTraces),
  page("/traces/$traceId", () => import("@/features/trace/tracePage"), askForTrace),
  page("/compare/$traceId", () => import("@/features/trace/comparePage")),
  page("/sessions", () => import("@/features/sessions/sessionsPage")),
  page("/sessions/$sessionId", () => import("@/features/sessions/sessionPage")),
  page("/users", () => import("@/features/users/usersPage")),
  page("/users/$userId", () => import("@/features/users/userPage")),
  page("/evaluators", () => import("@/features/evaluators/evaluatorsPage")),
  page("/evaluators/$id", () => import("@/features/evaluators/evaluatorPage")),
  page("/duels", () => import("@/features/evaluators/duelsPage")),
  page("/duels/$runId", () => import("@/features/evaluators/duelPage")),
  page("/scores", () => import("@/features/evaluators/scoresPage")),
  page("/new-evaluator", () => import("@/features/evaluators/newEvaluatorPage")),
  page("/feedback", () => import("@/features/evaluators/feedbackPage")),
  page("/datasets", () => import("@/features/datasets/datasetsPage")),
  page("/datasets/$name", () => import("@/features/datasets/datasetPage")),
  page("/annotate", () => import("@/features/annotate/annotatePage")),
  page("/annotate/$id", () => import("@/features/annotate/queuePage")),
  page("/experiments/$id", () => import("@/features/datasets/experimentPage")),
  page("/dashboards", () => import("@/features/dashboards/dashboardsPage")),
  page("/dashboards/$dashboardId", () => import("@/features/dashboards/dashboardPage")),
  page("/shared/$token", () => import("@/features/dashboards/sharedPage")),
  page("/drift", () => import("@/features/monitors/driftPage")),
  page("/alerts", () => import("@/features/monitors/alertsPage")),
  page("/alerts/$monitorId", () => import("@/features/monitors/monitorPage")),
  page("/incidents", () => import("@/features/monitors/incidentsPage")),
  page("/incidents/$incidentId", () => import("@/features/monitors/incidentPage")),
  page("/changes", () => import("@/features/monitors/changesPage")),
  page("/changes/$changeId", () => import("@/features/monitors/changePage")),
  page("/probes", () => import("@/features/monitors/probesPage")),
  page("/probes/$probeSetId", () => import("@/features/monitors/probePage")),
  page("/cost", () => import("@/features/cost/costPage")),
  page("/prompts", () => import("@/features/prompts/promptsRoute")),
  page("/prompts/$", () => import("@/features/prompts/promptsRoute")),
  page("/new-prompt", () => import("@/features/prompts/editPage")),
  page("/whats-live", () => import("@/features/prompts/livePage")),
  page("/effective-prompts", () => import("@/features/prompts/driftPage")),
  page("/playground", () => import("@/features/playground/playgroundPage")),
  page("/runs", () => import("@/features/runs/runsPage")),
  page("/runs/$runId", () => import("@/features/runs/runPage")),
  page("/search", () => import("@/features/traces/searchPage")),
  page("/welcome", () => import("@/features/onboarding/welcomePage")),
  page("/settings", () => import("@/features/settings/settingsPage")),
  page("/settings/$section", () => import("@/features/settings/settingsPage")),
]);

export const router = createRouter({
  routeTree: routes,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
