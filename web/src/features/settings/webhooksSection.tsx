/** Webhooks on change: who is told when labels of prompts move, models change or releases serve, and whether it arrived. */

import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2, Webhook } from "lucide-react";
import { type FormEvent, useState } from "react";
import {
  addWebhook,
  type Channel,
  channelsQuery,
  type Delivery,
  deliveriesQuery,
  removeChannel,
  subscribe,
  subscriptionsQuery,
} from "@/api/webhooks";
import { TOLD_KINDS } from "@/domain/changes";
import { Badge, Button, Checkbox, TextInput } from "@/ui/controls";
import { Age } from "@/ui/values";
import { Row, Section, useChange } from "./section";

const SHOWN_DELIVERIES = 20;

export function WebhooksSection() {
  const { data: channels = [] } = useQuery(channelsQuery());
  const { data: deliveries = [] } = useQuery(deliveriesQuery());
  const changes = deliveries.filter((delivery) => delivery.event === "change").slice(0, SHOWN_DELIVERIES);
  return (
    <Section
      title="Webhooks on change"
      about="A version is saved, a move proposed or made, a rollout taken back, a model or release serves for the first time: each is posted as JSON, signed in X-Pellucid-Signature, and tried again for half a day. Channels of alerts can hear of changes too."
    >
      <NewWebhook />
      <ul aria-label="Channels">
        {channels.map((channel) => (
          <ChannelRow key={channel.id} channel={channel} />
        ))}
        {channels.length === 0 && <li className="text-label text-fg-3">Nobody is told of changes yet.</li>}
      </ul>
      {changes.length > 0 && (
        <ul aria-label="Deliveries">
          {changes.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} channels={channels} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function ChannelRow({ channel }: { channel: Channel }) {
  const { data: subscriptions = [] } = useQuery(subscriptionsQuery());
  const kinds = subscriptions.find((each) => each.channel_id === channel.id)?.kinds ?? [];
  const change = useChange(subscribe, null);
  const remove = useChange(removeChannel, "Webhook removed");
  const turn = (kind: string, wanted: boolean) =>
    change.mutate({
      channel_id: channel.id,
      kinds: wanted ? [...kinds, kind] : kinds.filter((each) => each !== kind),
    });
  return (
    <Row>
      <b className="recorded cut w-32 font-medium">{channel.name}</b>
      <span className="mono-s recorded cut w-64 text-fg-2">{channel.target}</span>
      {!channel.signed && <Badge tone="warn">unsigned</Badge>}
      <span className="flex-1" />
      <Button
        look="ghost"
        square
        icon={Trash2}
        aria-label={`Remove the webhook ${channel.name}`}
        onClick={() => remove.mutate(channel.id)}
      />
      <fieldset className="flex w-full flex-wrap gap-x-4 gap-y-1.5 pb-1">
        <legend className="sr-only">What {channel.name} hears of</legend>
        {TOLD_KINDS.map(([kind, label]) => (
          <span key={kind} className="flex w-44 items-center gap-1.5">
            <Checkbox
              checked={kinds.includes(kind)}
              onChange={(wanted) => turn(kind, wanted)}
              label={`${channel.name} hears of ${label}`}
            />
            <span aria-hidden="true" className="cut">
              {label}
            </span>
          </span>
        ))}
      </fieldset>
    </Row>
  );
}

function DeliveryRow({ delivery, channels }: { delivery: Delivery; channels: readonly Channel[] }) {
  const tone = delivery.state === "sent" ? "good" : delivery.state === "failed" ? "error" : "warn";
  const name = channels.find((channel) => channel.id === delivery.channel_id)?.name ?? "removed";
  return (
    <Row>
      <Badge tone={tone}>{delivery.state}</Badge>
      <span className="recorded cut w-32">{name}</span>
      <span className="tabular-nums text-fg-2">
        {delivery.attempts === 1 ? "1 attempt" : `${delivery.attempts} attempts`}
      </span>
      <span className="recorded min-w-0 flex-1 text-fg-2">{delivery.error}</span>
      <span className="text-fg-3">
        <Age time={delivery.created_time} ago />
      </span>
    </Row>
  );
}

function NewWebhook() {
  const [name, setName] = useState("");
  const [target, setTarget] = useState("");
  const [secret, setSecret] = useState("");
  const add = useChange(addWebhook, "Webhook added", () => {
    setName("");
    setTarget("");
    setSecret("");
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ name: name.trim(), target: target.trim(), secret });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2" aria-label="Add a webhook">
      <Webhook size={16} strokeWidth={1.5} className="text-fg-3" aria-hidden="true" />
      <TextInput
        aria-label="Name of the webhook"
        placeholder="Who listens"
        value={name}
        onChange={(event) => setName(event.target.value)}
        className="w-40"
      />
      <TextInput
        aria-label="URL of the webhook"
        placeholder="https://…"
        value={target}
        onChange={(event) => setTarget(event.target.value)}
        className="w-72 max-w-full"
      />
      <TextInput
        aria-label="Secret that signs"
        placeholder="Secret that signs"
        type="password"
        autoComplete="off"
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
        className="w-40"
      />
      <Button type="submit" look="primary" icon={Plus} disabled={!name.trim() || !target.trim() || add.isPending}>
        Add a webhook
      </Button>
    </form>
  );
}
