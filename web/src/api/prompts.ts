/** Queries and changes of prompts: the registry, what versions did, what is live, and drift. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { Page } from "./types";

export type PromptType = "text" | "chat";
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Arm {
  version: number;
  probability: number;
}

export interface Rollout {
  label: string;
  rollout_id: string | null;
  arms: Arm[];
}

export interface PromptEntry {
  name: string;
  type: PromptType;
  newest_version: number | null;
  newest_author: string | null;
  newest_message: string | null;
  newest_time: string | null;
  labels: Rollout[];
  updated_time: string;
  archived: boolean;
}

export interface PromptVariable {
  name: string;
  type: string;
  description: string;
  example: Json;
}

export interface PromptVersion {
  version: number;
  hash: string;
  prompt: Json;
  config: Record<string, Json>;
  variables: PromptVariable[];
  references: string[];
  labels: string[];
  message: string;
  author: string;
  created_time: string;
  was_labelled: boolean;
}

export interface LabelMove {
  id: string;
  label: string;
  kind: "move" | "rollback" | "remove" | "stop";
  before: Arm[];
  after: Arm[];
  actor: string;
  reason: string;
  time: string;
}

export interface PromptRecord {
  name: string;
  type: PromptType;
  archived: boolean;
  versions: PromptVersion[];
  labels: Rollout[];
  moves: LabelMove[];
  protected_labels: string[];
}

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

export interface VersionReport {
  version: string;
  calls: number;
  users: number;
  cost: number | null;
  cost_per_call: number | null;
  duration_p50: number | null;
  duration_p95: number | null;
  error_rate: Estimate | null;
  refusal_rate: Estimate | null;
  positive_rate: Estimate | null;
  feedback: number;
  scores: Record<string, Estimate>;
  first_time: string;
  last_time: string;
}

export interface LiveEntry {
  kind: "prompt" | "fingerprint" | "model" | "release" | "sdk";
  value: string;
  version: string | null;
  label: string | null;
  calls: number;
  share: number;
  status: "current" | "new" | "stale" | "unexpected";
  why: string;
  first_time: string;
  last_time: string;
}

export interface Spread {
  attribute: string;
  strength: number;
  values: Record<string, { with?: number; without?: number }>;
}

export interface Fragment {
  text: string;
  fingerprints: string[];
  since: string;
  calls: number;
  calls_without: number;
  receivers: Spread[];
}

export interface Variant {
  fingerprint: string;
  calls: number;
  share: number;
  first_time: string;
  last_time: string;
  prompts: string[];
  bound_to: string | null;
  trace_id: string;
  span_id: string;
  text: string;
  added: string[];
  removed: string[];
}

export interface VariantGroup {
  prompts: string[];
  calls: number;
  variants: Variant[];
  fragments: Fragment[];
}

export interface PromptBody {
  name: string;
  type: PromptType;
  prompt: Json;
  config: Record<string, Json>;
  labels?: string[];
  message?: string;
  based_on?: number;
}

export interface LabelBody {
  version?: number;
  split?: Arm[];
  reason?: string;
  expected?: Arm[];
}

/** A name in a path: folders stay folders. */
export function pathOf(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

export function promptsQuery(query: { search: string; archived: boolean }) {
  return infiniteQueryOptions({
    queryKey: ["prompts", query],
    queryFn: ({ signal, pageParam }) =>
      call<Page<PromptEntry>>("prompts", { params: { ...query, limit: 200, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** What a list to choose from needs. */
export function promptChoicesQuery() {
  return queryOptions({
    queryKey: ["prompts", "choices"],
    queryFn: ({ signal }) => call<Page<PromptEntry>>("prompts", { params: { limit: 500 }, signal }),
    select: ({ data }) => data,
  });
}

export function promptQuery(name: string) {
  return queryOptions({
    queryKey: ["prompt", name],
    queryFn: ({ signal }) => call<PromptRecord>(`prompt-versions/${pathOf(name)}`, { signal }),
    enabled: name !== "",
  });
}

export function versionReportsQuery(name: string, range: { from: string; to: string }) {
  return queryOptions({
    queryKey: ["prompt-reports", name, range],
    queryFn: ({ signal }) =>
      call<{ data: VersionReport[] }>(`prompt-reports/${pathOf(name)}`, { params: { ...range }, signal }),
    select: ({ data }) => data,
    placeholderData: keepPreviousData,
  });
}

export function liveQuery(minutes: number) {
  return queryOptions({
    queryKey: ["whats-live", minutes],
    queryFn: ({ signal }) => call<{ data: LiveEntry[] }>("whats-live", { params: { minutes }, signal }),
    select: ({ data }) => data,
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
}

export function variantsQuery(query: { filter: string; from: string; to: string }) {
  return queryOptions({
    queryKey: ["prompt-variants", query],
    queryFn: ({ signal }) => call<{ data: VariantGroup[] }>("prompt-variants", { params: { ...query }, signal }),
    select: ({ data }) => data,
    placeholderData: keepPreviousData,
  });
}

export function savePrompt(body: PromptBody): Promise<{ name: string; version: number }> {
  return call("prompts", { method: "POST", body });
}

export function previewPrompt(body: PromptBody & { values?: Record<string, Json> }): Promise<{
  prompt: Json;
  variables: PromptVariable[];
  compiled: Json;
}> {
  const { name, type, prompt, config, values } = body;
  return call("prompt-previews", { method: "POST", body: { name, type, prompt, config, values } });
}

export function moveLabel(name: string, label: string, body: LabelBody): Promise<Rollout> {
  return call(`prompt-labels/${encodeURIComponent(label)}/${pathOf(name)}`, { method: "PUT", body });
}

export function rollBack(name: string, label: string, reason: string): Promise<Rollout> {
  return call(`prompt-rollbacks/${pathOf(name)}`, { method: "POST", body: { label, reason } });
}

export function archivePrompt(name: string, archived: boolean): Promise<PromptRecord> {
  return call(`prompt-archives/${pathOf(name)}`, { method: "POST", body: { archived } });
}

export function deleteVersion(name: string, version: number): Promise<void> {
  return call(`prompt-versions/${version}/${pathOf(name)}`, { method: "DELETE" });
}

export function bindFingerprint(fingerprint: string, prompt: string): Promise<unknown> {
  return call(`prompt-bindings/${encodeURIComponent(fingerprint)}`, { method: "PUT", body: { prompt } });
}
