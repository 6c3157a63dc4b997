/** Who meets whom, and who judges: counted before anybody is asked. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus, X } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { experimentsQuery } from "@/api/datasets";
import { type DuelsDraft, type DuelsPreview, previewQuery, startDuels } from "@/api/duels";
import { connectionsQuery } from "@/api/playground";
import { readPairs } from "@/domain/duels";
import { formatCount, oneLine, plural } from "@/domain/format";
import { listQueryOf, useAddress } from "@/ui/address";
import { Button, Segments, Select, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { useDelayed } from "@/ui/hooks";
import { Dialog } from "@/ui/overlays";
import { Refusal } from "./refusal";

const SOURCES = [
  { value: "experiments", label: "Experiments" },
  { value: "traffic", label: "Traffic" },
  { value: "pairs", label: "Chosen pairs" },
] as const;
type Source = (typeof SOURCES)[number]["value"];

const HINTS: Record<Source, string> = {
  experiments:
    "Experiments over one data set: each case is a duel of their answers. Versions and models meet this way.",
  traffic: "What a filter finds in the time range of the page. Answers meet where they are to the same question.",
  pairs: "Two trace ids a line, or trace/span, with a space between.",
};

interface Row {
  key: number;
  name: string;
  value: string;
}

interface Form {
  source: Source;
  experiments: Row[];
  traffic: Row[];
  pairs: string;
  connection: string;
  model: string;
  criteria: string;
  limit: string;
  budget: string;
}

const two = (): Row[] => [
  { key: 0, name: "", value: "" },
  { key: 1, name: "", value: "" },
];

export function NewDuels({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useAddress();
  const { from, to } = listQueryOf(search);
  const connections = useQuery(connectionsQuery());
  const names = connections.data?.map(({ name }) => name) ?? [];
  const [form, setForm] = useState<Form>({
    source: "experiments",
    experiments: two(),
    traffic: two(),
    pairs: "",
    connection: "",
    model: "",
    criteria: "",
    limit: "200",
    budget: "",
  });
  const change = (part: Partial<Form>) => setForm({ ...form, ...part });
  const chosen = form.connection || names.at(0) || "";
  const read = useMemo(() => readForm({ ...form, connection: chosen }), [form, chosen]);
  const draft = "draft" in read ? read.draft : null;
  const counted = useQuery(previewQuery(useDelayed(draft, 400), { from, to }));
  const start = useMutation({
    mutationFn: (wanted: DuelsDraft) => startDuels(wanted, { from, to }),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      void navigate({ to: "/duels/$runId", params: { runId: run.id } } as never);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft) start.mutate(draft);
  };
  return (
    <Dialog title="New duels" open onOpenChange={onClose} wide>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Segments<Source>
          label="Where the answers are"
          value={form.source}
          options={SOURCES}
          onChange={(source) => change({ source })}
        />
        <p className="text-label text-fg-2">{HINTS[form.source]}</p>
        {form.source === "experiments" && (
          <Experiments rows={form.experiments} onChange={(experiments) => change({ experiments })} />
        )}
        {form.source === "traffic" && <Traffic rows={form.traffic} onChange={(traffic) => change({ traffic })} />}
        {form.source === "pairs" && (
          <Field label="Pairs">
            <textarea
              rows={5}
              value={form.pairs}
              onChange={(event) => change({ pairs: event.target.value })}
              className="mono-s rounded-ctl border border-line-strong bg-control p-2"
            />
          </Field>
        )}
        <div className="grid gap-3 wide:grid-cols-2">
          <Field
            label="Judge's model connection"
            {...(connections.data && names.length === 0
              ? { hint: "There is none yet; an admin adds one under Settings, Models." }
              : {})}
          >
            <Select value={chosen} options={names} onChange={(connection) => change({ connection })} />
          </Field>
          <Field label="Judge's model (empty: the connection's own)">
            <TextInput value={form.model} onChange={(event) => change({ model: event.target.value })} />
          </Field>
        </div>
        <Field label="Criteria" hint="Empty: which answer helps more, is right, and lets the person act on it.">
          <textarea
            rows={2}
            value={form.criteria}
            onChange={(event) => change({ criteria: event.target.value })}
            className="rounded-ctl border border-line-strong bg-control p-2"
          />
        </Field>
        <div className="grid gap-3 wide:grid-cols-2">
          <Field label="At most so many duels">
            <TextInput
              inputMode="numeric"
              value={form.limit}
              onChange={(event) => change({ limit: event.target.value })}
            />
          </Field>
          <Field label="Budget, USD (empty: no limit)">
            <TextInput
              inputMode="decimal"
              value={form.budget}
              onChange={(event) => change({ budget: event.target.value })}
            />
          </Field>
        </div>
        <p role="status" className="text-label text-fg-2">
          {"missing" in read ? read.missing : counted.data ? countText(counted.data) : "…"}
        </p>
        <Refusal error={start.error ?? (draft ? counted.error : null)} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!draft || start.isPending || counted.data?.duels === 0}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function countText({ duels, calls, alone }: DuelsPreview): string {
  const left = alone > 0 ? ` ${plural(alone, "answer")} met nobody: no other one is to that question.` : "";
  if (duels === 0)
    return `Nobody meets.${left} Run each version as an experiment over one data set, or widen the time.`;
  return `${plural(duels, "duel")}, ${formatCount(calls)} calls to the judge.${left}`;
}

/** The form as the server takes it, or what is still missing of it. */
function readForm(form: Form): { draft: DuelsDraft } | { missing: string } {
  if (!form.connection) return { missing: "Choose who judges." };
  const limit = Number(form.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 2000)
    return { missing: "At most so many duels: a whole number from 1 to 2,000." };
  const budget = form.budget.trim() === "" ? null : Number(form.budget);
  if (budget !== null && !(budget > 0)) return { missing: "Budget: a number of US dollars above 0, or nothing." };
  const shared = {
    judge: {
      connection: form.connection,
      model: form.model.trim(),
      ...(form.criteria.trim() ? { criteria: form.criteria.trim() } : {}),
    },
    limit,
    ...(budget === null ? {} : { max_cost: budget }),
  };
  if (form.source === "pairs") {
    const read = readPairs(form.pairs);
    if ("problem" in read) return { missing: read.problem };
    if (read.pairs.length === 0) return { missing: "Write at least one pair." };
    return { draft: { ...shared, pairs: read.pairs } };
  }
  const rows = form[form.source].filter((row) => row.value.trim());
  if (rows.length < 2) return { missing: "Choose at least two." };
  const key = form.source === "experiments" ? "experiment" : "filter";
  const contestants = rows.map((row) => ({ name: row.name.trim(), [key]: row.value.trim() }));
  return { draft: { ...shared, contestants } };
}

interface RowsProps {
  rows: Row[];
  onChange: (rows: Row[]) => void;
}

function Experiments({ rows, onChange }: RowsProps) {
  const query = useQuery(experimentsQuery());
  const first = query.data?.find(({ id }) => id === rows[0]?.value);
  const fitting = (place: number) =>
    (query.data ?? []).filter((each) => place === 0 || !first || each.dataset_id === first.dataset_id);
  return (
    <Rows rows={rows} onChange={onChange} what="experiment">
      {(row, place, write) => (
        <Select
          label={`Experiment ${place + 1}`}
          className="w-full"
          value={row.value}
          options={[
            ["", "Choose an experiment…"] as const,
            ...fitting(place).map((each) => [each.id, oneLine(each.name, 80)] as const),
          ]}
          onChange={(value) => write({ value })}
        />
      )}
    </Rows>
  );
}

function Traffic({ rows, onChange }: RowsProps) {
  return (
    <Rows rows={rows} onChange={onChange} what="filter">
      {(row, place, write) => (
        <>
          <TextInput
            aria-label={`Name ${place + 1}`}
            placeholder="name"
            className="w-32"
            value={row.name}
            onChange={(event) => write({ name: event.target.value })}
          />
          <TextInput
            aria-label={`Filter ${place + 1}`}
            placeholder={place === 0 ? "kind:generation model:gpt-4o" : "kind:generation model:gpt-4o-mini"}
            className="mono-s flex-1"
            value={row.value}
            onChange={(event) => write({ value: event.target.value })}
          />
        </>
      )}
    </Rows>
  );
}

const MOST = 12;

function Rows({
  rows,
  onChange,
  what,
  children,
}: RowsProps & {
  what: string;
  children: (row: Row, place: number, write: (part: Partial<Row>) => void) => React.ReactNode;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5" aria-label="Contestants">
      {rows.map((row, place) => (
        <div key={row.key} className="flex items-center gap-2">
          {children(row, place, (part) =>
            onChange(rows.map((each) => (each.key === row.key ? { ...each, ...part } : each))),
          )}
          {rows.length > 2 && (
            <Button
              look="ghost"
              square
              icon={X}
              aria-label={`Take ${what} ${place + 1} away`}
              onClick={() => onChange(rows.filter((each) => each.key !== row.key))}
            />
          )}
        </div>
      ))}
      {rows.length < MOST && (
        <Button
          look="ghost"
          icon={Plus}
          className="self-start"
          onClick={() => onChange([...rows, { key: Math.max(...rows.map(({ key }) => key)) + 1, name: "", value: "" }])}
        >
          Another {what}
        </Button>
      )}
    </fieldset>
  );
}
