/** What can be done with the chosen rows. What takes long is a run of the server: it goes on when one leaves the page. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ClipboardCopy, Database, Diff, Download, Gauge, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { download } from "@/api/client";
import { datasetsQuery } from "@/api/datasets";
import { type BulkAction, type Chosen, recentRunsQuery, startBulk } from "@/api/runs";
import type { ListQuery } from "@/api/traces";
import { carried, type PageSearch } from "@/domain/address";
import { anyOf } from "@/domain/filterText";
import { plural } from "@/domain/format";
import { Button, TextInput } from "@/ui/controls";
import { Popover } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";
import { AddToQueue } from "./addTo";

const MOST_IDS = 200;

export interface BulkBarProps {
  ids: ReadonlySet<string>;
  /** All that the filter finds are meant, not only those that were loaded. */
  whole: boolean;
  /** Given where there are more than the loaded rows, and all of those are chosen. */
  onWhole: (() => void) | undefined;
  query: ListQuery;
  search: PageSearch;
  onClear: () => void;
}

export function BulkBar({ ids, whole, onWhole, query, search, onClear }: BulkBarProps) {
  const navigate = useNavigate();
  const list = [...ids];
  const [first, second] = list;
  if (!first) return null;
  const { filter, from, to } = query;
  const copy = () =>
    void navigator.clipboard.writeText(list.join("\n")).then(() => notify(`${plural(list.length, "trace id")} copied`));
  const exported = whole ? { filter, from, to } : { filter: `trace_id:${anyOf(list)}`, from: "-3650d" };
  const traces: Chosen = whole ? { filter, from, to } : { trace_ids: list };
  const count = whole ? "all" : String(list.length);
  const tooMany = !whole && list.length > MOST_IDS;
  return (
    <div
      role="toolbar"
      aria-label="Chosen traces"
      className="flex h-9 shrink-0 items-center gap-2 overflow-x-auto border-b border-line bg-accent-softer px-3 text-label"
    >
      <b className="font-semibold whitespace-nowrap">
        {whole ? "Every trace that matches chosen" : `${plural(list.length, "trace")} chosen`}
      </b>
      {onWhole && !whole && (
        <button type="button" className="link rounded whitespace-nowrap" onClick={onWhole}>
          Choose every trace that matches
        </button>
      )}
      {!whole && (
        <>
          <Button look="ghost" icon={ClipboardCopy} onClick={copy}>
            Copy ids
          </Button>
          <Button
            look="ghost"
            icon={Diff}
            disabled={list.length !== 2}
            title={list.length === 2 ? undefined : "Choose two traces to compare them"}
            onClick={() =>
              void navigate({
                to: "/compare/$traceId",
                params: { traceId: first },
                search: { ...carried(search), with: second },
              } as never)
            }
          >
            Compare
          </Button>
        </>
      )}
      <ScoreAll traces={traces} count={count} />
      <AddToDataset traces={traces} count={count} />
      {!whole && <AddToQueue ids={list} />}
      <Button
        look="ghost"
        icon={Download}
        disabled={tooMany}
        title={tooMany ? `At most ${MOST_IDS} by choice; choose every trace that matches instead` : undefined}
        onClick={() => download("exports/spans", { ...exported, format: "jsonl" }, "spans.jsonl")}
      >
        Export
      </Button>
      <span className="flex-1" />
      <Button look="ghost" icon={X} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

/** Starts a run of the server, which is then shown on every page. */
function useBulk(traces: Chosen, onStarted: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (what: BulkAction) => startBulk(what, traces),
    onSuccess: (run) => {
      onStarted();
      // Known as under way at once: a run that ends before the next look is told of too.
      client.setQueryData(recentRunsQuery().queryKey, (old) => ({
        data: [run, ...(old?.data ?? [])],
        next_cursor: null,
      }));
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
    onError: (error) => complain(error, "Not begun"),
  });
}

function ScoreAll({ traces, count }: { traces: Chosen; count: string }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const start = useBulk(traces, () => setOpen(false));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [text, number] = [value.trim(), Number(value)];
    start.mutate({
      action: "score",
      options: { name: name.trim(), ...(Number.isFinite(number) ? { value: number } : { string_value: text }) },
    });
  };
  return (
    <Popover
      label="Score the chosen traces"
      open={open}
      onOpenChange={setOpen}
      align="start"
      trigger={
        <Button look="ghost" icon={Gauge}>
          Score
        </Button>
      }
    >
      <form onSubmit={submit} className="flex items-center gap-2">
        <TextInput
          aria-label="Name of the score"
          placeholder="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          className="w-32"
        />
        <TextInput
          aria-label="Value: a number or a word"
          placeholder="0.8, good, …"
          value={value}
          onChange={(event) => setValue(event.target.value)}
          className="w-28"
        />
        <Button type="submit" look="primary" disabled={!name.trim() || !value.trim() || start.isPending}>
          {start.isPending ? "Beginning" : `Score ${count}`}
        </Button>
      </form>
    </Popover>
  );
}

function AddToDataset({ traces, count }: { traces: Chosen; count: string }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const known = useQuery({ ...datasetsQuery(), enabled: open }).data ?? [];
  const start = useBulk(traces, () => setOpen(false));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate({ action: "dataset", options: { dataset: name.trim() } });
  };
  return (
    <Popover
      label="Add the chosen traces to a data set"
      open={open}
      onOpenChange={setOpen}
      align="start"
      trigger={
        <Button look="ghost" icon={Database}>
          Add to a data set
        </Button>
      }
    >
      <form onSubmit={submit} className="flex items-center gap-2">
        <TextInput
          list="known-datasets"
          aria-label="Data set, a known one or a new name"
          placeholder="data set"
          value={name}
          onChange={(event) => setName(event.target.value)}
          className="w-52"
        />
        <datalist id="known-datasets">
          {known.map((dataset) => (
            <option key={dataset.name} value={dataset.name} />
          ))}
        </datalist>
        <Button type="submit" look="primary" disabled={!name.trim() || start.isPending}>
          {start.isPending ? "Beginning" : `Add ${count}`}
        </Button>
      </form>
    </Popover>
  );
}
