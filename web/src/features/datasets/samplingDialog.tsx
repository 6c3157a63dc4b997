/** So many traces that a score calls low and so many that it calls high: drawn now, and again by itself until it is stopped. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { explained } from "@/api/client";
import {
  drawSample,
  putSampling,
  refreshDataset,
  type Sampled,
  type Sampling,
  type SamplingDraft,
  samplingQuery,
  stopSampling,
} from "@/api/curation";
import { chanceWords } from "@/domain/datasets";
import { formatCount, plural } from "@/domain/format";
import { Button, Select, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { Dialog } from "@/ui/overlays";
import { Problem } from "@/ui/states";
import { notify } from "@/ui/toasts";
import { Age } from "@/ui/values";

type Numbers = Exclude<keyof SamplingDraft, "score" | "filter" | "input">;
type Entries = Record<keyof SamplingDraft, string>;

const FIRST: Entries = {
  score: "",
  filter: "",
  low_below: "0.5",
  high_from: "0.8",
  low_count: "100",
  high_count: "100",
  minimum: "50",
  every_days: "7",
  input: "input",
};

const NUMBERS: readonly { key: Numbers; label: string; min?: number; max?: number }[] = [
  { key: "low_count", label: "Low traces", min: 0, max: 500 },
  { key: "high_count", label: "High traces", min: 0, max: 500 },
  { key: "low_below", label: "Low is below" },
  { key: "high_from", label: "High is from" },
  { key: "minimum", label: "Scored traces it needs", min: 1, max: 100_000 },
  { key: "every_days", label: "Every so many days", min: 1, max: 90 },
];

export function SamplingDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(samplingQuery(name));
  return (
    <Dialog
      title="Sample this week"
      description="Traces of the last period become cases. Each notes its side and the chance with which it was drawn."
      open
      onOpenChange={onClose}
      wide
    >
      {query.error && query.data === undefined && (
        <Problem error={query.error} what="The sampling" onRetry={() => void query.refetch()} />
      )}
      {query.data !== undefined && <SamplingForm name={name} known={query.data} onClose={onClose} />}
    </Dialog>
  );
}

function SamplingForm({ name, known, onClose }: { name: string; known: Sampling | null; onClose: () => void }) {
  const client = useQueryClient();
  const [entries, setEntries] = useState<Entries>(() => (known ? entriesOf(known) : FIRST));
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ["sampling", name] });
    refreshDataset(client, name);
  };
  const draw = useMutation({
    mutationFn: async () => {
      await putSampling(name, draftOf(entries));
      return drawSample(name);
    },
    onSettled: refresh,
  });
  const stop = useMutation({
    mutationFn: () => stopSampling(name),
    onSuccess: () => {
      refresh();
      notify("Nothing flows in any more; what is there stays.");
      onClose();
    },
    onError: (error) => notify(explained(error), { tone: "error" }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    draw.mutate();
  };
  const set = (key: keyof SamplingDraft) => (event: { target: { value: string } }) =>
    setEntries((old) => ({ ...old, [key]: event.target.value }));
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <div className="grid gap-3 wide:grid-cols-2">
        <Field label="Score">
          <TextInput value={entries.score} onChange={set("score")} placeholder="quality" required autoFocus />
        </Field>
        <Field label="Only traces with">
          <TextInput value={entries.filter} onChange={set("filter")} placeholder="feature:chat" className="mono-s" />
        </Field>
      </div>
      <Field label="A case asks" hint="Prompts can be tried over cases that hold the whole conversation.">
        <Select
          value={entries.input === "messages" ? "messages" : "input"}
          options={[
            ["input", "what the person asked"],
            ["messages", "all that the last model call was given"],
          ]}
          onChange={(input) => setEntries((old) => ({ ...old, input }))}
        />
      </Field>
      <div className="grid grid-cols-2 gap-3">
        {NUMBERS.map(({ key, label, min, max }) => (
          <Field key={key} label={label}>
            <TextInput
              type="number"
              step={min === undefined ? "any" : 1}
              min={min}
              max={max}
              required
              value={entries[key]}
              onChange={set(key)}
            />
          </Field>
        ))}
      </div>
      {draw.error && (
        <p role="alert" className="recorded text-label text-error">
          {explained(draw.error)}
        </p>
      )}
      <Result drawn={draw.data ?? known?.last_report ?? null} time={draw.data ? null : (known?.last_time ?? null)} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        {known && (
          <Button look="danger" className="mr-auto" disabled={stop.isPending} onClick={() => stop.mutate()}>
            Stop sampling
          </Button>
        )}
        <span className="text-micro text-fg-3">
          Drawn now, then every {plural(Number(entries.every_days) || 0, "day")}.
        </span>
        <Button look="primary" type="submit" disabled={!entries.score.trim() || draw.isPending}>
          {draw.isPending ? "Drawing" : "Draw it"}
        </Button>
      </div>
    </form>
  );
}

function Result({ drawn, time }: { drawn: Sampled | null; time: string | null }) {
  if (!drawn) return null;
  return (
    <section aria-label="What it brought" className="flex flex-col gap-2 border-t border-line pt-3 text-label">
      <p role="status">
        {outcome(drawn)}
        {time && (
          <span className="text-fg-3">
            {" "}
            Drawn <Age time={time} ago />.
          </span>
        )}
      </p>
      {drawn.strata.length > 0 && (
        <table className="w-full">
          <thead className="text-left text-fg-3">
            <tr>
              <th className="py-1 font-medium">Side</th>
              <th className="num py-1 font-medium">Found</th>
              <th className="num py-1 font-medium">Taken</th>
              <th className="num py-1 font-medium">Chance</th>
            </tr>
          </thead>
          <tbody>
            {drawn.strata.map((stratum) => (
              <tr key={stratum.name} className="border-t border-line">
                <td className="py-1">{stratum.name}</td>
                <td className="num">{formatCount(stratum.found)}</td>
                <td className="num">
                  {formatCount(stratum.taken)} <span className="text-fg-3">of {formatCount(stratum.wanted)}</span>
                </td>
                <td className="num">{chanceWords(stratum.probability)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function outcome(drawn: Sampled): string {
  if (drawn.reason) return `No sample: ${drawn.reason}.`;
  const gone = drawn.missing > 0 ? ` ${plural(drawn.missing, "trace")} had gone before it could be read.` : "";
  const made = drawn.version === null ? "No new version" : `Version ${drawn.version}`;
  return `${made}: ${plural(drawn.added, "case")} added, of ${plural(drawn.scored, "scored trace")}.${gone}`;
}

function entriesOf(sampling: Sampling): Entries {
  const keys = Object.keys(FIRST) as (keyof SamplingDraft)[];
  return Object.fromEntries(keys.map((key) => [key, String(sampling[key])])) as Entries;
}

function draftOf({ score, filter, input, ...numbers }: Entries): SamplingDraft {
  const read = Object.entries(numbers).map(([key, text]) => [key, Number(text)]);
  return {
    score: score.trim(),
    filter: filter.trim(),
    input: input === "messages" ? "messages" : "input",
    ...(Object.fromEntries(read) as Record<Numbers, number>),
  };
}
