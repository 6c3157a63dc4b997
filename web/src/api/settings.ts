/** Queries and changes of a project's settings: keys, members, prices, retention and redaction, dead letters. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

export const ROLES = ["ingest", "viewer", "member", "admin", "owner"] as const;
export type Role = (typeof ROLES)[number];

type Shapes = components["schemas"];
export type ApiKey = Shapes["KeyAnswer"];
/** The secret is in the answer to the creation, and nowhere else, ever. */
export type NewKey = Shapes["NewKeyAnswer"];
export type Member = Shapes["MemberAnswer"];
export type Price = Shapes["PriceAnswer"];
export type Project = Shapes["ProjectAnswer"];
export type DeadLetter = Shapes["DeadLetterRow"];

const list = <T>(name: string) =>
  queryOptions({
    queryKey: ["settings", name],
    queryFn: ({ signal }) => call<Page<T>>(name, { signal }),
    select: ({ data }) => data,
  });

export const keysQuery = () => list<ApiKey>("keys");
export const membersQuery = () => list<Member>("members");
export const pricesQuery = () => list<Price>("prices");
export const deadLettersQuery = () => list<DeadLetter>("dead-letters");

export function projectQuery(id: string) {
  return queryOptions({
    queryKey: ["settings", "project", id],
    queryFn: ({ signal }) => call<Project>(`projects/${encodeURIComponent(id)}`, { signal }),
    enabled: id !== "",
  });
}

export type ProjectPatch = Partial<Pick<Project, "name" | "retention_days" | "redaction" | "redact_before_journal">>;

export const updateProject = (id: string, patch: ProjectPatch) =>
  call<Project>(`projects/${encodeURIComponent(id)}`, { method: "PATCH", body: patch });
export const createProject = (name: string) => call<Project>("projects", { method: "POST", body: { name } });

export const createKey = (key: { name: string; role: Role; expires_time: string | null }) =>
  call<NewKey>("keys", { method: "POST", body: key });
export const revokeKey = (id: string) => call<void>(`keys/${encodeURIComponent(id)}`, { method: "DELETE" });
export const rotateKey = (id: string) =>
  call<NewKey>(`keys/${encodeURIComponent(id)}/rotate`, { method: "POST", body: { overlap_s: 86_400 } });

export const inviteMember = (member: { email: string; role: Role }) =>
  call<{ member: Member; token: string | null }>("members", { method: "POST", body: member });
export const changeMember = (id: string, role: Role) =>
  call<Member>(`members/${encodeURIComponent(id)}`, { method: "PATCH", body: { role } });
export const removeMember = (id: string) => call<void>(`members/${encodeURIComponent(id)}`, { method: "DELETE" });

export type PriceBody = Shapes["PriceBody"];
export const createPrice = (price: PriceBody) => call<Price>("prices", { method: "POST", body: price });
export const removePrice = (id: string) => call<void>(`prices/${encodeURIComponent(id)}`, { method: "DELETE" });

export const replayDeadLetter = (id: number) =>
  call<{ id: number }>(`dead-letters/${id}/replay`, { method: "POST", body: {} });

export interface ClientLosses {
  client_id: string;
  client_version: string;
  service: string;
  /** Reason → spans. */
  lost: Record<string, number>;
  sampled_out: number;
  time: string;
}

export function lossesQuery() {
  return queryOptions({
    queryKey: ["losses"],
    queryFn: ({ signal }) => call<{ data: ClientLosses[] }>("losses", { signal }),
    select: ({ data }) => data,
  });
}
