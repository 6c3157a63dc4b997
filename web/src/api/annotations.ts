/** Queries of annotation queues: what people judge, and how far they agree. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export interface Dimension {
  name: string;
  type: "boolean" | "categorical" | "numeric";
  categories: string[];
  low: number;
  high: number;
  required: boolean;
  description: string;
}

export interface Queue {
  id: string;
  name: string;
  kind: "queue" | "reading";
  guidelines: string;
  dimensions: Dimension[];
  raters: number;
  blind: boolean;
  annotators: string[];
  dataset: string;
  created_time: string;
  items: number;
  done: number;
  ratings: number;
}

export interface QueueDraft {
  name: string;
  guidelines: string;
  dimensions: Partial<Dimension>[];
  raters: number;
  blind: boolean;
  dataset: string;
}

export interface QueueItem {
  id: string;
  trace_id: string;
  span_id: string;
  input: unknown;
  output: unknown;
  era: string;
}

export type Verdict = boolean | number | string;

export interface RatingDraft {
  values: Record<string, Verdict>;
  comment: string;
  correction: string | null;
}

export interface SeenRating extends RatingDraft {
  annotator: string;
  annotator_name: string;
  skipped: boolean;
  time: string;
}

export interface SeenItem extends QueueItem {
  judged: number;
  ratings: SeenRating[];
}

export interface Agreement {
  dimension: string;
  level: string;
  value: number | null;
  low: number | null;
  high: number | null;
  items: number;
  ratings: number;
  raw: number | null;
  kappa: number | null;
  kappa_low: number | null;
  kappa_high: number | null;
  disputed: string[];
}

export interface Annotator {
  annotator: string;
  name: string;
  judged: number;
  skipped: number;
  median_seconds: number | null;
}

export interface Era {
  dimension: string;
  value: string;
  now: number;
  now_n: number;
  before: number;
  before_n: number;
  difference: number;
  low: number | null;
  high: number | null;
}

export interface Panel {
  agreement: Agreement[];
  annotators: Annotator[];
  eras: Era[];
}

export interface Turn {
  item: QueueItem | null;
  until: string | null;
}

const at = (id: string, rest = "") => `annotation-queues/${encodeURIComponent(id)}${rest}`;
const item = (queue: string, id: string, rest: string) => at(queue, `/items/${encodeURIComponent(id)}/${rest}`);

export function queuesQuery() {
  return queryOptions({
    queryKey: ["queues"],
    queryFn: ({ signal }) => call<{ data: Queue[] }>("annotation-queues", { signal }),
    select: ({ data }) => data,
  });
}

export function queueQuery(id: string) {
  return queryOptions({ queryKey: ["queue", id], queryFn: ({ signal }) => call<Queue>(at(id), { signal }) });
}

/** Asking holds the item, so it is asked only when the page wants another one. */
export function turnQuery(id: string) {
  return queryOptions({
    queryKey: ["queue-turn", id],
    queryFn: ({ signal }) => call<Turn>(at(id, "/next"), { signal }),
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function panelQuery(id: string) {
  return queryOptions({
    queryKey: ["queue-panel", id],
    queryFn: ({ signal }) => call<Panel>(at(id, "/agreement"), { signal }),
  });
}

export function queueItemsQuery(id: string) {
  return queryOptions({
    queryKey: ["queue-items", id],
    queryFn: ({ signal }) => call<{ data: SeenItem[] }>(at(id, "/items"), { params: { limit: 500 }, signal }),
    select: ({ data }) => data,
  });
}

export function createQueue(draft: QueueDraft): Promise<Queue> {
  return call("annotation-queues", { method: "POST", body: draft });
}

export function startReading(): Promise<Queue> {
  return call("readings", { method: "POST", body: {} });
}

export function listQueues(): Promise<{ data: Queue[] }> {
  return call("annotation-queues");
}

/** Spans and traces of several kinds at once. */
export function fillQueuePlaces(
  id: string,
  places: readonly { trace_id: string; span_id: string }[],
): Promise<{ added: number; known: number }> {
  const items = places.map(({ trace_id, span_id }) => ({ trace_id, ...(span_id ? { span_id } : {}) }));
  return call(at(id, "/items"), { method: "POST", body: { items } });
}

export function fillQueue(id: string, traces: readonly string[]): Promise<{ added: number; known: number }> {
  return call(at(id, "/items"), { method: "POST", body: { items: traces.map((trace_id) => ({ trace_id })) } });
}

export function rateItem(queue: string, id: string, rating: RatingDraft): Promise<SeenRating> {
  return call(item(queue, id, "rating"), { method: "PUT", body: rating });
}

export function skipItem(queue: string, id: string): Promise<SeenRating> {
  return call(item(queue, id, "skip"), { method: "POST", body: {} });
}
