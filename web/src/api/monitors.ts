/** Monitors with previews, incidents, channels, maintenance, and changes. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { RuleWords } from "@/domain/monitors";
import { call } from "./client";
import type { Page } from "./types";

export type Severity = "critical" | "high" | "medium" | "low";
export type Status = "ok" | "firing" | "quiet" | "no_data" | "too_few";

export interface MonitorState {
  segment: string;
  status: Status;
  value: number | null;
  bound: number | null;
  n: number;
  since: string;
  evaluated_time: string;
  incident_id: string;
}

/** A rule: what its words need, and what only its form does. */
export interface Rule extends RuleWords {
  points?: number;
  reference_start?: number;
  reference_end?: number;
  least_n?: number;
  certain?: boolean;
  expected?: string[];
}

export interface MonitorBody {
  name: string;
  rule: Rule;
  severity: Severity;
  enabled: boolean;
}

export interface Monitor extends MonitorBody {
  id: string;
  preset: string;
  version: number;
  created_by: string;
  updated_time: string;
  states: MonitorState[];
}

export interface Preview {
  days: number;
  firings: { segment: string; start: string; end: string | null; text: string }[];
  points: { time: string; segment: string; value: number; bound: number | null }[];
  least_effect: number | null;
  cases: number;
}

export interface Member {
  monitor_id: string;
  name: string;
  severity: Severity;
  segment: string;
  measure: string;
  value: number | null;
  bound: number | null;
  low: number | null;
  high: number | null;
  n: number;
  text: string;
  window_start: string;
  window_end: string;
  evidence: string;
  traces: string[];
  breached_time: string;
  recovered_time: string | null;
}

export interface Incident {
  id: string;
  title: string;
  severity: Severity;
  state: "open" | "acknowledged" | "resolved";
  began_time: string;
  opened_time: string;
  acknowledged_time: string | null;
  acknowledged_by: string;
  resolved_time: string | null;
  resolved_by: string;
  snoozed_until: string | null;
  feedback: string;
  members: Member[];
}

export interface Delivery {
  id: string;
  incident_id: string;
  channel_id: string;
  event: string;
  state: "waiting" | "sent" | "failed";
  attempts: number;
  error: string;
  created_time: string;
  sent_time: string | null;
}

export interface IncidentFile extends Incident {
  entries: { id: string; time: string; kind: string; actor: string; text: string }[];
  notifications: Delivery[];
}

export interface ChannelBody {
  name: string;
  kind: "webhook" | "apprise";
  target: string;
  secret: string;
  severities: Severity[];
  escalation: boolean;
  enabled: boolean;
}

export interface Channel extends Omit<ChannelBody, "secret"> {
  id: string;
  signed: boolean;
}

/** What somebody or something changed. */
export interface Change {
  id: string;
  time: string;
  kind: string;
  title: string;
  actor: string;
  scope: Record<string, string>;
}

export function ledgerQuery(range: { from: string; to: string }, kind: string) {
  return infiniteQueryOptions({
    queryKey: ["ledger", range, kind],
    queryFn: ({ signal, pageParam }) =>
      call<Page<Change>>("events", { params: { ...range, kind, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export interface Maintenance {
  id: string;
  reason: string;
  start: string;
  end: string;
  monitor_ids: string[];
}

const SOON = 15_000;

export function monitorsQuery() {
  return queryOptions({
    queryKey: ["monitors"],
    queryFn: ({ signal }) => call<Page<Monitor>>("monitors", { signal }),
    select: ({ data }) => data,
    refetchInterval: SOON,
  });
}

export function createMonitor(body: MonitorBody): Promise<Monitor> {
  return call("monitors", { method: "POST", body });
}

export function updateMonitor(id: string, body: MonitorBody & { version: number }): Promise<Monitor> {
  return call(`monitors/${encodeURIComponent(id)}`, { method: "PUT", body });
}

export function deleteMonitor(id: string): Promise<void> {
  return call(`monitors/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export function previewQuery(rule: Rule, days: number) {
  return queryOptions({
    queryKey: ["monitor-preview", rule, days],
    queryFn: ({ signal }) => call<Preview>("monitor-previews", { method: "POST", body: { rule, days }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}

export function incidentsQuery(states: readonly string[]) {
  return infiniteQueryOptions({
    queryKey: ["incidents", states],
    queryFn: ({ signal, pageParam }) =>
      call<Page<Incident>>("incidents", { params: { state: states.join(","), limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: SOON,
  });
}

export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ["incident", id],
    queryFn: ({ signal }) => call<IncidentFile>(`incidents/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: SOON,
  });
}

export type Act = { verb: "acknowledge" | "resolve" | "snooze" | "notes"; body?: unknown };

export function actOnIncident(id: string, { verb, body }: Act): Promise<unknown> {
  return call(`incidents/${encodeURIComponent(id)}/${verb}`, { method: "POST", body: body ?? {} });
}

export function channelsQuery() {
  return queryOptions({
    queryKey: ["alert-channels"],
    queryFn: ({ signal }) => call<Page<Channel>>("alert-channels", { signal }),
    select: ({ data }) => data,
  });
}

export function createChannel(body: ChannelBody): Promise<Channel> {
  return call("alert-channels", { method: "POST", body });
}

export function deleteChannel(id: string): Promise<void> {
  return call(`alert-channels/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export function testChannel(id: string): Promise<Delivery> {
  return call(`alert-channels/${encodeURIComponent(id)}/test`, { method: "POST", body: {} });
}

export function deliveriesQuery() {
  return queryOptions({
    queryKey: ["alert-deliveries"],
    queryFn: ({ signal }) => call<Page<Delivery>>("alert-deliveries", { signal }),
    select: ({ data }) => data,
    refetchInterval: SOON,
  });
}

export function maintenanceQuery() {
  return queryOptions({
    queryKey: ["maintenance"],
    queryFn: ({ signal }) => call<Page<Maintenance>>("maintenance-windows", { signal }),
    select: ({ data }) => data,
  });
}

export function planMaintenance(body: { reason: string; start: string; end: string }): Promise<Maintenance> {
  return call("maintenance-windows", { method: "POST", body });
}

export function endMaintenance(id: string): Promise<void> {
  return call(`maintenance-windows/${encodeURIComponent(id)}`, { method: "DELETE" });
}
