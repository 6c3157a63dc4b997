/** Dashboards, links to them, the answers of widgets, and the changes that are marked on charts. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Measure, Widget } from "@/domain/dashboards";
import { call } from "./client";
import type { MetricRow, Page } from "./types";

export interface DashboardDocument {
  widgets: Widget[];
  filter: string;
  range: string;
}

export interface Dashboard {
  id: string;
  name: string;
  description: string;
  document: DashboardDocument;
  preset: boolean;
  version: number;
  owner: string;
  mine: boolean;
  updated_time: string | null;
}

export interface DashboardRow {
  id: string;
  name: string;
  description: string;
  preset: boolean;
  widgets: number;
  mine: boolean;
  updated_time: string | null;
}

export type DashboardBody = Pick<Dashboard, "name" | "description" | "document">;

export const EXPORT_FORMAT = "pellucid.dashboard/1";

export function dashboardsQuery() {
  return queryOptions({
    queryKey: ["dashboards"],
    queryFn: ({ signal }) => call<Page<DashboardRow>>("dashboards", { signal }),
    select: ({ data }) => data,
  });
}

const pathOf = (id: string) => `dashboards/${encodeURIComponent(id)}`;

export function dashboardQuery(id: string) {
  return queryOptions({
    queryKey: ["dashboard", id],
    queryFn: ({ signal }) => call<Dashboard>(pathOf(id), { signal }),
    staleTime: 30_000,
  });
}

export function createDashboard(body: DashboardBody & { format?: string }): Promise<Dashboard> {
  return call("dashboards", { method: "POST", body });
}

export function updateDashboard(id: string, body: DashboardBody & { version: number }): Promise<Dashboard> {
  return call(pathOf(id), { method: "PUT", body });
}

export function deleteDashboard(id: string): Promise<void> {
  return call(pathOf(id), { method: "DELETE" });
}

export interface Share {
  id: string;
  created_by: string;
  created_time: string;
  expires_time: string | null;
}

export function sharesQuery(id: string) {
  return queryOptions({
    queryKey: ["shares", id],
    queryFn: ({ signal }) => call<Page<Share>>(`${pathOf(id)}/shares`, { signal }),
    select: ({ data }) => data,
  });
}

export function createShare(id: string, days: number | null): Promise<Share & { token: string; path: string }> {
  return call(`${pathOf(id)}/shares`, { method: "POST", body: days === null ? {} : { days } });
}

export function revokeShare(id: string, share: string): Promise<void> {
  return call(`${pathOf(id)}/shares/${encodeURIComponent(share)}`, { method: "DELETE" });
}

export interface WidgetAsk {
  measures: Measure[];
  dimensions: string[];
  interval: string | null;
  from: string;
  to: string;
  filter: string;
  series: number;
}

export interface WidgetAnswer extends Page<MetricRow> {
  complete: boolean;
}

export function widgetQuery(ask: WidgetAsk) {
  const body = Object.fromEntries(Object.entries(ask).filter(([, value]) => value !== "" && value !== null));
  return queryOptions({
    queryKey: ["metrics", ask],
    queryFn: ({ signal }) => call<WidgetAnswer>("metrics/query", { method: "POST", body, signal }),
    placeholderData: keepPreviousData,
  });
}

export function sharedQuery(token: string) {
  return queryOptions({
    queryKey: ["shared", token],
    queryFn: ({ signal }) => call<DashboardBody>(`shared-dashboards/${encodeURIComponent(token)}`, { signal }),
    retry: false,
  });
}

export function sharedWidgetQuery(token: string, widget: string, ask: Pick<WidgetAsk, "from" | "to" | "interval">) {
  const path = `shared-dashboards/${encodeURIComponent(token)}/widgets/${encodeURIComponent(widget)}`;
  return queryOptions({
    queryKey: ["shared", token, widget, ask],
    queryFn: ({ signal }) => call<WidgetAnswer>(path, { params: ask, signal }),
    placeholderData: keepPreviousData,
  });
}

export interface ChangeEvent {
  id: string;
  time: string;
  kind: string;
  title: string;
}

export function changesQuery(range: { from: string; to: string }) {
  return queryOptions({
    queryKey: ["changes", range],
    queryFn: ({ signal }) => call<Page<ChangeEvent>>("events", { params: { ...range, limit: 200 }, signal }),
    placeholderData: keepPreviousData,
    select: ({ data }) => data,
  });
}
