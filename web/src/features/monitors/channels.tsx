/** Channels: where people are told, a test of each, and what was sent of late. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Clock3, Plus, Send, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import {
  type Channel,
  type ChannelBody,
  channelsQuery,
  createChannel,
  type Delivery,
  deleteChannel,
  deliveriesQuery,
  type Severity,
  testChannel,
} from "@/api/monitors";
import { SEVERITIES } from "@/domain/monitors";
import { Labelled } from "@/features/dashboards/widgetForm";
import { Badge, Button, Checkbox, Select, TextInput } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { notify } from "@/ui/toasts";
import { Age } from "@/ui/values";

const SENT = {
  sent: { tone: "good", icon: CircleCheck },
  waiting: { tone: "warn", icon: Clock3 },
  failed: { tone: "error", icon: CircleAlert },
} as const;

export function Channels() {
  const channels = useQuery(channelsQuery());
  const deliveries = useQuery(deliveriesQuery());
  const names = new Map(channels.data?.map((channel) => [channel.id, channel.name]));
  if (channels.error && !channels.data)
    return <Problem error={channels.error} what="The channels" onRetry={() => void channels.refetch()} />;
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Channels"
      className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-4 py-4 wide:px-6"
    >
      <ChannelForm />
      <ul aria-label="Channels">
        {channels.data?.map((channel) => (
          <Line key={channel.id} channel={channel} />
        ))}
        {channels.data?.length === 0 && (
          <li className="text-label text-fg-3">
            No channel yet: incidents open, and nobody is told. Add a webhook, or a service such as Slack.
          </li>
        )}
      </ul>
      {deliveries.data && deliveries.data.length > 0 && (
        <section>
          <h2 className="mb-2">Sent of late</h2>
          <ul aria-label="Deliveries">
            {deliveries.data.slice(0, 30).map((delivery) => (
              <Sent
                key={delivery.id}
                delivery={delivery}
                channel={names.get(delivery.channel_id) ?? "a deleted channel"}
              />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Sent({ delivery, channel }: { delivery: Delivery; channel: string }) {
  const { tone, icon } = SENT[delivery.state];
  return (
    <li className="flex flex-wrap items-center gap-3 border-b border-grid py-1 text-label">
      <span className="w-20">
        <Badge tone={tone} icon={icon}>
          {delivery.state}
        </Badge>
      </span>
      <span className="w-24 text-fg-2">{delivery.event}</span>
      <span className="recorded cut w-40">{channel}</span>
      <span className="w-16 text-right text-fg-3">
        <Age time={delivery.created_time} />
      </span>
      <span className="recorded cut min-w-0 flex-1 text-fg-2">
        {delivery.error && `${delivery.error} (${delivery.attempts} attempts)`}
      </span>
    </li>
  );
}

function Line({ channel }: { channel: Channel }) {
  const client = useQueryClient();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ["alert-channels"] });
    void client.invalidateQueries({ queryKey: ["alert-deliveries"] });
  };
  const remove = useMutation({ mutationFn: () => deleteChannel(channel.id), onSuccess: refresh, onError: said });
  const test = useMutation({
    mutationFn: () => testChannel(channel.id),
    onSuccess: () => {
      notify("A test is on its way; the list below says what became of it");
      refresh();
    },
    onError: said,
  });
  return (
    <li
      aria-label={channel.name}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2 text-label"
    >
      <span className="recorded cut w-44 text-body font-medium">{channel.name}</span>
      <span className="mono-s recorded cut min-w-0 flex-1 text-fg-2">{channel.target}</span>
      <span className="text-fg-2">{channel.severities.join(", ")}</span>
      {channel.escalation && <Badge>escalation only</Badge>}
      {channel.signed && <Badge>signed</Badge>}
      <Button icon={Send} onClick={() => test.mutate()} disabled={test.isPending}>
        Test
      </Button>
      <Button
        look="ghost"
        square
        icon={Trash2}
        aria-label={`Delete the channel ${channel.name}`}
        onClick={() => remove.mutate()}
      />
    </li>
  );
}

function said(error: Error): void {
  notify(error instanceof ApiProblem && error.detail ? error.detail : error.message, { tone: "error" });
}

const EMPTY: ChannelBody = {
  name: "",
  kind: "webhook",
  target: "",
  secret: "",
  severities: ["critical", "high"],
  escalation: false,
  enabled: true,
};

function ChannelForm() {
  const client = useQueryClient();
  const [body, setBody] = useState(EMPTY);
  const create = useMutation({
    mutationFn: () => createChannel(body),
    onSuccess: (made) => {
      notify(`Channel “${made.name}” added`);
      setBody(EMPTY);
      void client.invalidateQueries({ queryKey: ["alert-channels"] });
    },
    onError: said,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const toggle = (severity: Severity) =>
    setBody({
      ...body,
      severities: body.severities.includes(severity)
        ? body.severities.filter((one) => one !== severity)
        : [...body.severities, severity],
    });
  return (
    <form onSubmit={submit} aria-label="Add a channel" className="flex flex-wrap items-end gap-3">
      <Labelled label="Name">
        <TextInput
          className="w-36"
          value={body.name}
          placeholder="On call"
          onChange={(event) => setBody({ ...body, name: event.target.value })}
        />
      </Labelled>
      <Labelled label="Kind">
        <Select
          value={body.kind}
          options={[
            ["webhook", "Webhook"],
            ["apprise", "Service"],
          ]}
          onChange={(kind) => setBody({ ...body, kind: kind as ChannelBody["kind"] })}
        />
      </Labelled>
      <Labelled label={body.kind === "webhook" ? "URL" : "Address in apprise's notation"}>
        <TextInput
          className="w-72"
          value={body.target}
          placeholder={body.kind === "webhook" ? "https://example.com/hook" : "slack://TokenA/TokenB/TokenC/#alerts"}
          onChange={(event) => setBody({ ...body, target: event.target.value })}
        />
      </Labelled>
      {body.kind === "webhook" && (
        <Labelled label="Signing secret">
          <TextInput
            className="w-36"
            type="password"
            autoComplete="off"
            value={body.secret}
            onChange={(event) => setBody({ ...body, secret: event.target.value })}
          />
        </Labelled>
      )}
      <fieldset className="flex h-7 items-center gap-3 text-label">
        <legend className="sr-only">Severities</legend>
        {SEVERITIES.map((severity) => (
          <span key={severity} className="inline-flex items-center gap-1.5">
            <Checkbox
              label={`Tell of ${severity}`}
              checked={body.severities.includes(severity)}
              onChange={() => toggle(severity)}
            />
            {severity}
          </span>
        ))}
        <span className="inline-flex items-center gap-1.5">
          <Checkbox
            label="Only what nobody acknowledged"
            checked={body.escalation}
            onChange={() => setBody({ ...body, escalation: !body.escalation })}
          />
          escalation only
        </span>
      </fieldset>
      <Button type="submit" look="primary" icon={Plus} disabled={!body.name || !body.target || create.isPending}>
        Add channel
      </Button>
    </form>
  );
}
