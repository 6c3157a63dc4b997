/** How cases come into data sets and out of them: files, samples, single traces, and what changed between versions. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import type { FileFormat, Outcome } from "@/domain/datasets";
import { call, download, type Fault, upload } from "./client";
import type { DatasetItem } from "./datasets";
export type ExportFormat = FileFormat | "chats";

const MEDIA_TYPES: Record<FileFormat, string> = {
  csv: "text/csv",
  jsonl: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
};

export interface Imported extends Outcome {
  faults: Fault[];
}

export interface ImportDraft {
  file: File;
  format: FileFormat;
  /** Columns of the file; empty ones are those with our names. */
  input: string;
  expected: string;
  skipFaulty: boolean;
}

export interface SamplingDraft {
  score: string;
  filter: string;
  low_below: number;
  high_from: number;
  low_count: number;
  high_count: number;
  minimum: number;
  every_days: number;
  /** `messages`: all that the last model call was given. */
  input: "input" | "messages";
}

export interface Stratum {
  name: string;
  wanted: number;
  found: number;
  taken: number;
  probability: number;
}

export interface Sampled {
  scored: number;
  strata: Stratum[];
  version: number | null;
  added: number;
  missing: number;
  reason: string;
}

export interface Sampling extends SamplingDraft {
  last_time: string | null;
  last_report: Sampled | null;
}

export interface ItemChange {
  id: string;
  before: DatasetItem | null;
  after: DatasetItem | null;
}

export interface VersionDiff {
  added: number;
  removed: number;
  changed: number;
  /** The first five hundred. */
  data: ItemChange[];
}

export interface Regression {
  item_id: string;
  version: number;
  filename: string;
  source: string;
}

const pathOf = (name: string, verb: string) => `datasets/${encodeURIComponent(name)}/${verb}`;

export function importFile(name: string, draft: ImportDraft): Promise<Imported> {
  const { file, format, input, expected, skipFaulty } = draft;
  const params = { format, input, expected, skip_faulty: skipFaulty };
  return upload(pathOf(name, "imports"), params, file, MEDIA_TYPES[format]);
}

export function exportDataset(name: string, version: string | undefined, format: ExportFormat, raw = false): void {
  const ending = format === "chats" ? "jsonl" : format;
  download(pathOf(name, "export"), { format, version, raw: raw || undefined }, `${name}.${ending}`);
}

export function samplingQuery(name: string) {
  return queryOptions({
    queryKey: ["sampling", name],
    queryFn: ({ signal }) => call<Sampling | null>(pathOf(name, "sampling"), { signal }),
  });
}

export function putSampling(name: string, sampling: SamplingDraft): Promise<Sampling> {
  return call(pathOf(name, "sampling"), { method: "PUT", body: sampling });
}

export function stopSampling(name: string): Promise<void> {
  return call(pathOf(name, "sampling"), { method: "DELETE" });
}

export function drawSample(name: string): Promise<Sampled> {
  return call(pathOf(name, "samples"), { method: "POST", body: {} });
}

export function diffQuery(name: string, before: string, after: string) {
  return queryOptions({
    queryKey: ["dataset-diff", name, before, after],
    queryFn: ({ signal }) => call<VersionDiff>(pathOf(name, "diff"), { params: { before, after }, signal }),
  });
}

export function addRegression(name: string, traceId: string, expected: string): Promise<Regression> {
  return call(pathOf(name, "regressions"), { method: "POST", body: { trace_id: traceId, expected: expected || null } });
}

/** After cases came in: what shows them asks again. */
export function refreshDataset(client: QueryClient, name: string): void {
  for (const queryKey of [["datasets"], ["dataset", name], ["dataset-items", name]])
    void client.invalidateQueries({ queryKey });
}
