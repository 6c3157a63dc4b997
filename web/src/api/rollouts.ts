/** Rollouts of prompts: the evidence now, the guardrails, and the rollouts that ended by themselves. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import { type Arm, type Estimate, type LabelMove, pathOf } from "./prompts";

export interface Guardrail {
  metric: string;
  margin: number;
  worse: "higher" | "lower";
  stops: boolean;
}

export interface Side {
  value: number | null;
  calls: number;
  units: number;
}

export interface Finding extends Guardrail {
  relative: boolean;
  version: number;
  ours: Side;
  base: Side;
  difference: Estimate | null;
  e_value: number;
  limit: number;
  verdict: "worse" | "within" | "cannot_tell";
}

export interface Evidence {
  control: number;
  ratio: {
    counts: Record<string, number>;
    expected: Record<string, number>;
    e_value: number;
    limit: number;
    is_off: boolean;
  };
  findings: Finding[];
}

export interface RolloutReport {
  label: string;
  rollout_id: string;
  arms: Arm[];
  since: string;
  guardrails: Guardrail[];
  automatic: boolean;
  evidence: Evidence;
}

export interface RolloutStop {
  id: string;
  label: string;
  time: string;
  reason: string;
  evidence: Evidence;
}

export interface GuardrailSet {
  guardrails: Guardrail[];
  automatic: boolean;
}

export interface EffectSide {
  start: string;
  end: string;
  calls: number;
  users: number;
}

export interface MetricEffect {
  metric: string;
  before: Estimate | null;
  after: Estimate | null;
  difference: Estimate | null;
}

export interface MoveEffect {
  move: LabelMove;
  before: EffectSide;
  after: EffectSide;
  metrics: MetricEffect[];
}

const path = (name: string, label: string) => `${encodeURIComponent(label)}/${pathOf(name)}`;

export function rolloutQuery(name: string, label: string) {
  return queryOptions({
    queryKey: ["prompt-rollout", name, label],
    queryFn: ({ signal }) => call<RolloutReport>(`prompt-rollouts/${path(name, label)}`, { signal }),
    refetchInterval: 5_000,
  });
}

/** `moves`: how many moves are known, so that a new one is asked for at once. */
export function effectsQuery(name: string, moves: number) {
  return queryOptions({
    queryKey: ["prompt-effects", name, moves],
    queryFn: ({ signal }) => call<{ data: MoveEffect[] }>(`prompt-effects/${pathOf(name)}`, { signal }),
    select: ({ data }) => data,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function stopsQuery(name: string) {
  return queryOptions({
    queryKey: ["prompt-stops", name],
    queryFn: ({ signal }) => call<{ data: RolloutStop[] }>(`prompt-stops/${pathOf(name)}`, { signal }),
    select: ({ data }) => data,
    refetchInterval: 5_000,
  });
}

export function setGuardrails(name: string, label: string, body: GuardrailSet): Promise<GuardrailSet> {
  return call(`prompt-guardrails/${path(name, label)}`, { method: "PUT", body });
}
