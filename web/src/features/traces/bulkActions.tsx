/** The actions on chosen traces that start a run of the server: score, tag, queue, data set, delete. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ClipboardCheck, Database, Gauge, Tag, Trash2 } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { queuesQuery } from "@/api/annotations";
import { datasetsQuery } from "@/api/datasets";
import { meQuery } from "@/api/identity";
import { completionsQuery } from "@/api/metrics";
import { type BulkAction, type Chosen, recentRunsQuery, startBulk } from "@/api/runs";
import { oneLine, plural } from "@/domain/format";
import { Button, Select, TextInput } from "@/ui/controls";
import type { IconType } from "@/ui/icons";
import { Dialog, Popover } from "@/ui/overlays";
import { complain } from "@/ui/toasts";

interface ActionProps {
  traces: Chosen;
  /** In words: a number, or all. */
  count: string;
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

/** A button that opens a small form, and the run that the form starts. */
function ActionForm({
  name,
  icon,
  label,
  verb,
  count,
  ready,
  start,
  onSubmit,
  children,
  open,
  onOpenChange,
}: {
  name: string;
  icon: IconType;
  label: string;
  verb: string;
  count: string;
  ready: boolean;
  start: { isPending: boolean };
  onSubmit: () => void;
  children: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) onSubmit();
  };
  return (
    <Popover
      label={label}
      open={open}
      onOpenChange={onOpenChange}
      align="start"
      trigger={
        <Button look="ghost" icon={icon}>
          {name}
        </Button>
      }
    >
      <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
        {children}
        <Button type="submit" look="primary" disabled={!ready || start.isPending}>
          {start.isPending ? "Beginning" : `${verb} ${count}`}
        </Button>
      </form>
    </Popover>
  );
}

export function ScoreAll({ traces, count }: ActionProps) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const start = useBulk(traces, () => setOpen(false));
  const [text, number] = [value.trim(), Number(value)];
  return (
    <ActionForm
      name="Score"
      icon={Gauge}
      label="Score the chosen traces"
      verb="Score"
      count={count}
      open={open}
      onOpenChange={setOpen}
      start={start}
      ready={name.trim() !== "" && text !== ""}
      onSubmit={() =>
        start.mutate({
          action: "score",
          options: { name: name.trim(), ...(Number.isFinite(number) ? { value: number } : { string_value: text }) },
        })
      }
    >
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
    </ActionForm>
  );
}

export function TagAll({ traces, count }: ActionProps) {
  const [open, setOpen] = useState(false);
  const [add, setAdd] = useState("");
  const [remove, setRemove] = useState("");
  const known = useQuery({ ...completionsQuery("tags", ""), enabled: open }).data ?? [];
  const start = useBulk(traces, () => setOpen(false));
  const options = { add: listOf(add), remove: listOf(remove) };
  return (
    <ActionForm
      name="Tag"
      icon={Tag}
      label="Tag the chosen traces"
      verb="Tag"
      count={count}
      open={open}
      onOpenChange={setOpen}
      start={start}
      ready={options.add.length + options.remove.length > 0}
      onSubmit={() => start.mutate({ action: "tag", options })}
    >
      <TextInput
        list="known-tags"
        aria-label="Tags to add, with commas between them"
        placeholder="add: bad, to-look-at"
        value={add}
        onChange={(event) => setAdd(event.target.value)}
        className="w-44"
      />
      <TextInput
        list="known-tags"
        aria-label="Tags to remove, with commas between them"
        placeholder="remove"
        value={remove}
        onChange={(event) => setRemove(event.target.value)}
        className="w-28"
      />
      <datalist id="known-tags">
        {known.map((tag) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
    </ActionForm>
  );
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
}

export function AddToQueue({ traces, count }: ActionProps) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState("");
  const known = useQuery({ ...queuesQuery(), enabled: open });
  const queue = chosen || known.data?.at(0)?.id || "";
  const start = useBulk(traces, () => setOpen(false));
  return (
    <ActionForm
      name="To queue"
      icon={ClipboardCheck}
      label="Put the chosen traces into a queue"
      verb="Queue"
      count={count}
      open={open}
      onOpenChange={setOpen}
      start={start}
      ready={queue !== ""}
      onSubmit={() => start.mutate({ action: "queue", options: { queue } })}
    >
      {known.data?.length === 0 ? (
        <p className="text-label text-fg-2">There is no queue yet: make one under Annotate.</p>
      ) : (
        <Select
          label="Queue"
          className="max-w-56"
          value={queue}
          options={(known.data ?? []).map((each) => [each.id, oneLine(each.name, 60)] as const)}
          onChange={setChosen}
        />
      )}
    </ActionForm>
  );
}

export function AddToDataset({ traces, count }: ActionProps) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const known = useQuery({ ...datasetsQuery(), enabled: open }).data ?? [];
  const start = useBulk(traces, () => setOpen(false));
  return (
    <ActionForm
      name="Add to a data set"
      icon={Database}
      label="Add the chosen traces to a data set"
      verb="Add"
      count={count}
      open={open}
      onOpenChange={setOpen}
      start={start}
      ready={name.trim() !== ""}
      onSubmit={() => start.mutate({ action: "dataset", options: { dataset: name.trim() } })}
    >
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
    </ActionForm>
  );
}

/** Only an admin deletes, and says so twice. */
export function DeleteAll({ traces, count, onStarted }: ActionProps & { onStarted: () => void }) {
  const [open, setOpen] = useState(false);
  const { data: me } = useQuery(meQuery());
  const may = me?.permissions.includes("admin") ?? false;
  const start = useBulk(traces, () => {
    setOpen(false);
    onStarted();
  });
  const what = count === "all" ? "every trace that matches" : plural(Number(count), "trace");
  return (
    <>
      <Button
        look="ghost"
        icon={Trash2}
        disabled={!may}
        title={may ? undefined : "Only an admin of the project deletes traces"}
        onClick={() => setOpen(true)}
      >
        Delete
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${what}?`}
        description="Their spans, their content and their scores go, and cannot be brought back. Cases of data sets and items of annotation queues that were made of them stay."
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Keep them</Button>
          <Button
            look="danger"
            icon={Trash2}
            disabled={start.isPending}
            onClick={() => start.mutate({ action: "delete", options: {} })}
          >
            {start.isPending ? "Beginning" : `Delete ${count}`}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
