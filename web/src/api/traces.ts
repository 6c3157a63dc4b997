/** Queries of the trace list, one trace, one span, and live tail. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { filledSpan } from "./briefSpans";
import { browserUrl, call } from "./client";
import type { Page, SpanDetail, TraceDetail, TraceRow, WrittenTrace } from "./types";

/** What every list accepts. */
export interface ListQuery {
  filter: string;
  from: string;
  to: string;
  order?: string;
}

/** A screen of rows and another one; more come as one scrolls. */
export const PAGE_SIZE = 40;

export function tracesQuery(query: ListQuery) {
  return infiniteQueryOptions({
    queryKey: ["traces", query],
    queryFn: ({ pageParam, signal }) =>
      call<Page<TraceRow>>("traces", { params: { ...query, limit: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function fewTracesQuery(query: ListQuery, limit: number) {
  return queryOptions({
    queryKey: ["traces", "few", query, limit],
    queryFn: ({ signal }) => call<Page<TraceRow>>("traces", { params: { ...query, limit }, signal }),
    placeholderData: keepPreviousData,
  });
}

export function traceQuery(traceId: string) {
  return queryOptions({
    queryKey: ["trace", traceId],
    queryFn: async ({ signal }): Promise<TraceDetail> => {
      const written = await call<WrittenTrace>(`traces/${encodeURIComponent(traceId)}/tree`, { signal });
      return { ...written, spans: written.spans.map(filledSpan) };
    },
    refetchInterval: ({ state }) => (state.data && stillRunning(state.data) ? 2000 : false),
    placeholderData: keepPreviousData,
  });
}

/** Only a trace that began a short while ago and has an open span is asked for again. */
function stillRunning({ trace, spans }: TraceDetail): boolean {
  return Date.now() - Date.parse(trace.start_time) < 10 * 60_000 && spans.some((span) => span.end_time === null);
}

export function spanQuery(traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["span", traceId, spanId],
    queryFn: ({ signal }) =>
      call<SpanDetail>(`spans/${encodeURIComponent(spanId)}`, { params: { trace_id: traceId }, signal }),
    staleTime: 60_000,
  });
}

/** Follows new traces as they arrive; returns the way to stop. */
export function followTraces(
  filter: string,
  onTrace: (row: TraceRow) => void,
  onState: (open: boolean) => void,
): () => void {
  const source = new EventSource(browserUrl("live", { filter }));
  source.addEventListener("open", () => onState(true));
  source.addEventListener("error", () => onState(false));
  source.addEventListener("trace", (event) => onTrace(JSON.parse(event.data) as TraceRow));
  return () => source.close();
}
