/** Queries and changes of webhooks on change: channels, what they hear of, and what became of each delivery. */

import { queryOptions } from "@tanstack/react-query";
import { PROMPT_KINDS } from "@/domain/changes";
import { call } from "./client";
import type { Page } from "./types";

export interface Channel {
  id: string;
  name: string;
  kind: string;
  target: string;
  signed: boolean;
  enabled: boolean;
}

export interface Subscription {
  channel_id: string;
  kinds: string[];
}

export interface Delivery {
  id: string;
  channel_id: string;
  event: string;
  state: "waiting" | "sent" | "failed";
  attempts: number;
  error: string;
  created_time: string;
}

const list = <T>(name: string, refetchInterval: number | false = false) =>
  queryOptions({
    queryKey: ["settings", name],
    queryFn: ({ signal }) => call<Page<T>>(name, { signal }),
    select: ({ data }) => data,
    refetchInterval,
  });

export const channelsQuery = () => list<Channel>("alert-channels");
export const subscriptionsQuery = () => list<Subscription>("change-subscriptions");
export const deliveriesQuery = () => list<Delivery>("alert-deliveries", 5_000);

export const subscribe = ({ channel_id, kinds }: Subscription) =>
  call<Subscription>(`change-subscriptions/${encodeURIComponent(channel_id)}`, { method: "PUT", body: { kinds } });

/** A webhook that hears of everything that is done to prompts, and of no incidents until somebody says so. */
export async function addWebhook(hook: { name: string; target: string; secret: string }): Promise<Subscription> {
  const channel = await call<Channel>("alert-channels", {
    method: "POST",
    body: { ...hook, kind: "webhook", severities: ["critical"], escalation: true },
  });
  return subscribe({ channel_id: channel.id, kinds: PROMPT_KINDS });
}

export const removeChannel = (id: string) =>
  call<void>(`alert-channels/${encodeURIComponent(id)}`, { method: "DELETE" });
