/** Comments, scores by people, and saved views: what people add to what was recorded. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { Comment, SavedView } from "./types";

export function commentsQuery(traceId: string) {
  return queryOptions({
    queryKey: ["comments", traceId],
    queryFn: ({ signal }) => call<{ data: Comment[] }>("comments", { params: { trace_id: traceId }, signal }),
    select: ({ data }) => data,
  });
}

export function addComment(comment: { trace_id: string; span_id: string | null; body: string }): Promise<Comment> {
  return call("comments", { method: "POST", body: comment });
}

export function deleteComment(id: string): Promise<void> {
  return call(`comments/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export interface NewScore {
  target: "span" | "trace" | "session";
  trace_id: string;
  span_id?: string;
  session_id?: string;
  name: string;
  type: "numeric" | "categorical" | "boolean" | "text";
  value?: number;
  string_value?: string;
  comment?: string;
  source: "human";
}

export function addScore(score: NewScore): Promise<{ data: { id: string }[] }> {
  return call("scores", { method: "POST", body: score });
}

export function viewsQuery(page?: string) {
  return queryOptions({
    queryKey: ["views"],
    queryFn: ({ signal }) => call<{ data: SavedView[] }>("views", { signal }),
    staleTime: 60_000,
    select: ({ data }) => (page ? data.filter((view) => view.page === page) : data),
  });
}

export type ViewBody = Pick<SavedView, "name" | "page" | "shared" | "state">;

export function createView(view: ViewBody): Promise<SavedView> {
  return call("views", { method: "POST", body: view });
}

export function updateView(id: string, view: ViewBody): Promise<SavedView> {
  return call(`views/${encodeURIComponent(id)}`, { method: "PUT", body: view });
}

export function deleteView(id: string): Promise<void> {
  return call(`views/${encodeURIComponent(id)}`, { method: "DELETE" });
}
