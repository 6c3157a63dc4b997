/** The guided path of evaluators: what looks at the traffic, and which step comes next. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import { createEvaluator, type Evaluator, type GalleryEntry, planEvaluator, type Sampling } from "./evaluators";

export interface KindCover {
  kind: string;
  spans: number;
  share: number;
  ruled: number;
  judged: number;
}

export interface Step {
  act: "create" | "connect" | "label" | "widen";
  title: string;
  why: string;
  cost_a_day: number | null;
  evaluator_id: string;
  entry: string;
  filter: string;
  plan: { sampling?: Sampling; daily_budget?: number; connection?: string; model?: string };
}

export interface Guidance {
  kinds: KindCover[];
  steps: Step[];
}

export function guidanceQuery() {
  return queryOptions({
    queryKey: ["evaluators", "guidance"],
    queryFn: ({ signal }) => call<Guidance>("evaluator-guidance", { signal }),
    staleTime: 30_000,
  });
}

/** Do a step that makes or widens an evaluator. */
export function takeStep(step: Step, gallery: readonly GalleryEntry[]): Promise<Evaluator> {
  const { sampling, daily_budget, connection, model } = step.plan;
  if (step.act === "widen") return planEvaluator(step.evaluator_id, sampling ? { sampling } : {});
  const entry = gallery.find((one) => one.key === step.entry);
  if (!entry) throw new Error(`The gallery has no ${step.entry}.`);
  const body = connection ? { ...entry.definition.body, connection, model } : entry.definition.body;
  return createEvaluator({
    name: `${entry.title} of ${step.filter.replace("kind:", "")} spans`,
    definition: { ...entry.definition, body },
    filter: step.filter,
    enabled: true,
    ...(sampling ? { sampling } : {}),
    ...(daily_budget ? { daily_budget } : {}),
  });
}
