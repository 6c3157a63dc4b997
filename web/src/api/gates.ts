/** Queries of gates: what a version must pass before a label may point at it, and how it stands. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export interface GateBody {
  dataset: string;
  split: string;
  /** A share of what the live version reaches. */
  margin: number;
  connection: string;
  model: string;
  scorers: string[];
  max_cost: number | null;
  /** Which must not fall; null: all scores. */
  metrics: string[] | null;
}

export interface Gate extends GateBody {
  label: string;
}

export type GateVerdict = "passed" | "blocked" | "cannot_tell";

export interface GateMetric {
  name: string;
  verdict: GateVerdict;
  n: number;
  mean: number;
  baseline_mean: number;
  difference: number;
  low: number | null;
  high: number | null;
  margin: number;
  needed: number | null;
  lower_is_better: boolean;
}

/** An experiment at a gate, and how many of its cases it has done. */
export interface TriedAtGate {
  experiment_id: string;
  /** Null where it runs from code. */
  run_id: string | null;
  done: number;
  wanted: number;
}

export interface GateDecision {
  id: string;
  label: string;
  version: number;
  live_version: number;
  verdict: string;
  approved_by: string;
  reason: string;
  time: string;
}

export interface GateState {
  label: string;
  version: number;
  live_version: number | null;
  open: boolean;
  verdict: GateVerdict;
  why: string;
  metrics: GateMetric[];
  experiment_id: string | null;
  baseline_id: string | null;
  tried: TriedAtGate | null;
  live: TriedAtGate | null;
  approved: GateDecision | null;
}

const pathOf = (name: string) => name.split("/").map(encodeURIComponent).join("/");

export function gatesQuery() {
  return queryOptions({
    queryKey: ["gates"],
    queryFn: ({ signal }) => call<{ data: Gate[] }>("label-gates", { signal }),
    select: ({ data }) => data,
  });
}

export function gateStateQuery(name: string, label: string, version: number) {
  return queryOptions({
    queryKey: ["gate", name, label, version],
    queryFn: ({ signal }) => call<GateState>(`prompt-gates/${pathOf(name)}`, { params: { label, version }, signal }),
  });
}

export function gateDecisionsQuery(name: string) {
  return queryOptions({
    queryKey: ["gate-decisions", name],
    queryFn: ({ signal }) => call<{ data: GateDecision[] }>(`prompt-gate-decisions/${pathOf(name)}`, { signal }),
    select: ({ data }) => data,
  });
}

export function putGate(label: string, body: GateBody): Promise<Gate> {
  return call(`label-gates/${encodeURIComponent(label)}`, { method: "PUT", body });
}

export function removeGate(label: string): Promise<void> {
  return call(`label-gates/${encodeURIComponent(label)}`, { method: "DELETE" });
}

/** Tries over the gate's cases what was not tried there. */
export function runGate(name: string, label: string, version: number): Promise<{ data: { run_id: string }[] }> {
  return call(`prompt-gate-runs/${pathOf(name)}`, { method: "POST", body: { label, version } });
}

export function approveAtGate(name: string, label: string, version: number, reason: string): Promise<GateDecision> {
  return call(`prompt-gate-approvals/${pathOf(name)}`, { method: "POST", body: { label, version, reason } });
}
