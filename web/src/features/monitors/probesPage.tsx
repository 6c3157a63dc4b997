/** Probe sets: the same prompts sent to a model on a schedule, and whether it still answers as it did. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleDashed, Plus, Radar } from "lucide-react";
import { type FormEvent, useState } from "react";
import { connectionsQuery } from "@/api/playground";
import { createProbeSet, type ProbeSet, probeSetsQuery } from "@/api/probes";
import { formatSpan } from "@/domain/monitors";
import { distanceWords, promptsOf, type Standing, standing } from "@/domain/probes";
import { Labelled } from "@/features/dashboards/widgetForm";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Button, Select, TextInput } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain } from "@/ui/toasts";
import { Age } from "@/ui/values";

const LOOKS = {
  waiting: { tone: "plain", icon: CircleDashed, label: "not asked yet" },
  reference: { tone: "plain", icon: CircleDashed, label: "reference taken" },
  failed: { tone: "warn", icon: CircleAlert, label: "no answers" },
  steady: { tone: "good", icon: CircleCheck, label: "as before" },
  moved: { tone: "error", icon: CircleAlert, label: "moved" },
} as const;

export function StandingBadge({ of }: { of: Standing }) {
  const { tone, icon, label } = LOOKS[of];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

const RHYTHMS = [
  ["3600", "every hour"],
  ["21600", "every 6 hours"],
  ["86400", "every day"],
  ["604800", "every week"],
] as const;

export default function ProbesPage() {
  const [search, patch] = useAddress();
  const query = useQuery(probeSetsQuery());
  const waiting = useLate(query.isPending);
  const making = search.tab === "new";
  return (
    <>
      <PageHeader title="Probes" timeless />
      <div className="flex h-12 shrink-0 items-center gap-3 border-b border-line px-3 text-label text-fg-2 wide:px-4">
        <span className="cut max-wide:hidden">
          The same prompts to the same model alias: a silent update of the model shows as a distance.
        </span>
        <span className="flex-1" />
        <Button icon={Plus} aria-expanded={making} onClick={() => patch({ tab: making ? null : "new" })}>
          New probe set
        </Button>
      </div>
      <div
        tabIndex={0}
        role="region"
        aria-label="Probe sets"
        className="min-h-0 flex-1 overflow-y-auto px-4 pb-6 wide:px-6"
      >
        {making && <NewSet />}
        {query.error && !query.data && (
          <Problem error={query.error} what="The probe sets" onRetry={() => void query.refetch()} />
        )}
        {waiting && <SkeletonRows />}
        {query.data?.length === 0 && !making && (
          <Empty icon={Radar} title="No probe sets yet">
            A probe set asks a model a few fixed prompts on a schedule and holds the answers against the first ones.
          </Empty>
        )}
        <ul aria-label="Probe sets">
          {query.data?.map((one) => (
            <Line key={one.id} set={one} />
          ))}
        </ul>
      </div>
    </>
  );
}

function Line({ set }: { set: ProbeSet }) {
  const [latest] = set.looks;
  return (
    <li className="flex flex-wrap items-baseline gap-x-5 gap-y-1 border-b border-grid py-2 text-label">
      <span className="w-32 shrink-0">
        <StandingBadge of={standing(latest)} />
      </span>
      <Link
        to="/probes/$probeSetId"
        params={{ probeSetId: set.id } as never}
        className="recorded w-52 shrink-0 text-body font-medium hover:underline"
      >
        {set.name}
      </Link>
      <span className="mono-s recorded w-40 shrink-0">{set.model}</span>
      <span className="num w-48 shrink-0">{latest ? distanceWords(latest) : "–"}</span>
      <span className="w-28 shrink-0 text-fg-2">
        {latest ? `n = ${latest.answers}` : ""} {latest && latest.failed > 0 && `(${latest.failed} failed)`}
      </span>
      <span className="text-fg-3">
        {set.enabled ? `every ${formatSpan(set.every_s)}` : "off"}
        {latest && (
          <>
            , asked <Age time={latest.time} ago />
          </>
        )}
      </span>
    </li>
  );
}

function NewSet() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const connections = useQuery(connectionsQuery());
  const names = connections.data?.map(({ name }) => name) ?? [];
  const [name, setName] = useState("");
  const [connection, setConnection] = useState("");
  const [model, setModel] = useState("");
  const [prompts, setPrompts] = useState("");
  const [every, setEvery] = useState<string>("86400");
  const make = useMutation({
    mutationFn: () =>
      createProbeSet({
        name,
        connection: connection || (names[0] ?? ""),
        model,
        prompts: promptsOf(prompts),
        repeats: 3,
        every_s: Number(every),
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["probe-sets"] });
      void navigate({ to: "/probes/$probeSetId", params: { probeSetId: made.id } } as never);
    },
    onError: (error: Error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form
      aria-label="New probe set"
      onSubmit={submit}
      className="flex max-w-[720px] flex-col gap-3 border-b border-line py-4"
    >
      <div className="flex flex-wrap gap-3">
        <Labelled label="Name">
          <TextInput value={name} onChange={(event) => setName(event.target.value)} className="w-56" />
        </Labelled>
        <Labelled label="Connection">
          <Select value={connection || (names[0] ?? "")} options={names} onChange={setConnection} className="w-44" />
        </Labelled>
        <Labelled label="Model">
          <TextInput value={model} onChange={(event) => setModel(event.target.value)} className="w-44" />
        </Labelled>
        <Labelled label="How often">
          <Select value={every} options={RHYTHMS} onChange={setEvery} />
        </Labelled>
      </div>
      <Labelled label="Prompts, three to fifty, with an empty line between them">
        <textarea
          value={prompts}
          onChange={(event) => setPrompts(event.target.value)}
          rows={8}
          className="mono w-full rounded-ctl border border-line-strong bg-control p-2 outline-none focus:border-accent"
        />
      </Labelled>
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" disabled={make.isPending}>
          Make the probe set
        </Button>
        <span className="text-label text-fg-3">
          {promptsOf(prompts).length} prompts, three answers of each. Every look costs what these calls cost.
        </span>
      </div>
    </form>
  );
}
