/** Probe sets: the same prompts to a model again and again. */

import { queryOptions } from "@tanstack/react-query";
import type { Estimate } from "./changes";
import { call } from "./client";
import type { Page } from "./types";

export interface ProbeLook {
  id: string;
  run_id: string;
  time: string;
  answers: number;
  failed: number;
  moved: boolean;
  /** Null for the look that became the reference, and where too little was answered. */
  distance: number | null;
  low: number | null;
  high: number | null;
  p: number | null;
  level: number;
  exact: Estimate | null;
  length: Estimate | null;
  refusals: Estimate | null;
  models: string[];
}

export interface ProbeBody {
  name: string;
  connection: string;
  model: string;
  prompts: string[];
  repeats: number;
  every_s: number;
}

export interface ProbeSet extends ProbeBody {
  id: string;
  enabled: boolean;
  reference_time: string | null;
  next_time: string;
  looks: ProbeLook[];
}

const SOON = 15_000;
const pathOf = (id: string) => `probe-sets/${encodeURIComponent(id)}`;

export const probeSetsQuery = () =>
  queryOptions({
    queryKey: ["probe-sets"],
    queryFn: ({ signal }) => call<Page<ProbeSet>>("probe-sets", { signal }),
    select: ({ data }) => data,
    refetchInterval: SOON,
  });

export const probeSetQuery = (id: string) =>
  queryOptions({
    queryKey: ["probe-sets", id],
    queryFn: ({ signal }) => call<ProbeSet>(pathOf(id), { signal }),
    refetchInterval: SOON,
  });

export const createProbeSet = (body: ProbeBody): Promise<ProbeSet> => call("probe-sets", { method: "POST", body });

export const switchProbeSet = (id: string, enabled: boolean): Promise<ProbeSet> =>
  call(`${pathOf(id)}/enabled`, { method: "PUT", body: { enabled } });

export const renewProbeSet = (id: string): Promise<ProbeSet> =>
  call(`${pathOf(id)}/renew`, { method: "POST", body: {} });

export const deleteProbeSet = (id: string): Promise<void> => call(pathOf(id), { method: "DELETE" });
