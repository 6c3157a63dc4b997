/** Queries and changes of proposals to move labels. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import { type Arm, type LabelBody, pathOf } from "./prompts";

export interface Proposal {
  id: string;
  prompt: string;
  label: string;
  before: Arm[];
  after: Arm[];
  reason: string;
  author: string;
  mine: boolean;
  created_time: string;
  status: "open" | "deployed" | "rejected" | "withdrawn";
  remarks: { author: string; text: string; time: string }[];
  decided_by: string | null;
  decided_time: string | null;
}

export type Decision = "approve" | "reject" | "withdraw";

export function proposalsQuery(prompt: string) {
  return queryOptions({
    queryKey: ["proposals", prompt],
    queryFn: ({ signal }) => call<{ data: Proposal[] }>("proposals", { params: { prompt }, signal }),
    select: ({ data }) => data,
  });
}

export function proposeMove(name: string, label: string, body: LabelBody): Promise<Proposal> {
  const { expected: _, ...move } = body;
  return call(`prompt-proposals/${pathOf(name)}`, { method: "POST", body: { ...move, label } });
}

export function decideProposal(id: string, decision: Decision): Promise<Proposal> {
  return call(`proposals/${encodeURIComponent(id)}/${decision}`, { method: "POST", body: {} });
}

export function remarkOnProposal(id: string, text: string): Promise<Proposal> {
  return call(`proposals/${encodeURIComponent(id)}/remarks`, { method: "POST", body: { text } });
}
