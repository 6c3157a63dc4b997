/** Queries of time series, facets, and the filter vocabulary. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { ListQuery } from "./traces";
import type { Facet, FieldInfo, MetricRow, Page } from "./types";

export interface MetricsQuery {
  measures: { measure: string; aggregation: string }[];
  dimensions?: string[];
  interval?: string;
  from: string;
  to: string;
  filter: string;
}

export function metricsQuery(query: MetricsQuery) {
  return queryOptions({
    queryKey: ["metrics", query],
    queryFn: ({ signal }) => call<Page<MetricRow>>("metrics/query", { method: "POST", body: asBody(query), signal }),
    placeholderData: keepPreviousData,
  });
}

/** Empty times mean the server's defaults and are left out. */
function asBody({ from, to, filter, ...rest }: MetricsQuery): Record<string, unknown> {
  return { ...rest, filter, ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

export function facetsQuery(fields: readonly string[], query: ListQuery, limit = 8) {
  const { filter, from, to } = query;
  return queryOptions({
    queryKey: ["facets", fields, filter, from, to, limit],
    queryFn: ({ signal }) =>
      call<{ data: Record<string, Facet> }>("facets", {
        params: { fields: fields.join(","), filter, from, to, limit },
        signal,
      }),
    enabled: fields.length > 0,
    placeholderData: keepPreviousData,
  });
}

export function facetQuery(field: string, query: ListQuery, limit: number) {
  const { filter, from, to } = query;
  return queryOptions({
    queryKey: ["facet", field, filter, from, to, limit],
    queryFn: ({ signal }) => call<Facet>("facets", { params: { field, filter, from, to, limit }, signal }),
    placeholderData: keepPreviousData,
  });
}

export function fieldsQuery() {
  return queryOptions({
    queryKey: ["fields"],
    queryFn: ({ signal }) => call<{ data: FieldInfo[] }>("fields", { signal }),
    staleTime: 10 * 60_000,
    select: ({ data }) => data,
  });
}

export function completionsQuery(field: string, prefix: string) {
  return queryOptions({
    queryKey: ["completions", field, prefix],
    queryFn: ({ signal }) =>
      call<{ data: (string | { value: string })[] }>("fields/complete", { params: { field, prefix }, signal }),
    enabled: field !== "",
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    select: ({ data }) => data.map((each) => (typeof each === "string" ? each : each.value)),
  });
}

/** Names of the scores that were given, the most frequent first; of all time where no range is named. */
export function scoreNamesQuery(range: { from: string; to: string } = { from: "", to: "" }) {
  return queryOptions({
    queryKey: ["completions", "score", range],
    queryFn: ({ signal }) =>
      call<{ data: string[] }>("fields/complete", {
        params: { field: "score", limit: 100, ...range },
        signal,
      }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    select: ({ data }) => data,
  });
}
