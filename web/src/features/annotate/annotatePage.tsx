/** The queues of what people judge, and the weekly reading. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { BookOpen, ClipboardCheck, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createQueue, type Queue, queuesQuery, startReading } from "@/api/annotations";
import { carried } from "@/domain/address";
import { formatCount, formatShare, oneLine } from "@/domain/format";
import { readDimensions } from "@/domain/rating";
import { PageHeader } from "@/features/frame/pageHeader";
import { Badge, Button, Checkbox, HeadButton, TextInput } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { Field } from "@/ui/field";
import { ListStates } from "@/ui/listPage";
import { Dialog } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { complain } from "@/ui/toasts";
import { Age } from "@/ui/values";

const COLUMNS: readonly DataColumn<Queue>[] = [
  { id: "name", label: "Queue", width: 240, grow: true, cell: (row) => <QueueLink queue={row} /> },
  { id: "items", label: "Items", width: 80, align: "right", cell: (row) => formatCount(row.items) },
  { id: "done", label: "Done", width: 140, align: "right", cell: (row) => <Done queue={row} /> },
  { id: "raters", label: "Raters", unit: "an item", width: 120, align: "right", cell: (row) => row.raters },
  {
    id: "dimensions",
    label: "Judged by",
    width: 260,
    cell: (row) => (
      <span className="recorded text-fg-2">{oneLine(row.dimensions.map((each) => each.name).join(", "), 120)}</span>
    ),
  },
  { id: "created", label: "Created", width: 90, align: "right", cell: (row) => <Age time={row.created_time} /> },
];

export default function AnnotatePage() {
  const query = useQuery(queuesQuery());
  const rows = query.data ?? [];
  const navigate = useNavigate();
  const client = useQueryClient();
  const [density] = usePreference("density");
  const [making, setMaking] = useState(false);
  const open = (queue: Queue) => void navigate({ to: "/annotate/$id", params: { id: queue.id } } as never);
  const reading = useMutation({
    mutationFn: startReading,
    onSuccess: (queue) => {
      void client.invalidateQueries({ queryKey: ["queues"] });
      open(queue);
    },
    onError: (error) => complain(error),
  });
  return (
    <>
      <PageHeader
        title="Annotate"
        timeless
        actions={
          <>
            <HeadButton
              icon={BookOpen}
              label="This week's reading"
              disabled={reading.isPending}
              onClick={() => reading.mutate()}
            />
            <HeadButton icon={Plus} label="New queue" onClick={() => setMaking(true)} />
          </>
        }
      />
      <ListStates query={query} what="The queues" count={rows.length} empty={<NoQueues />}>
        <DataTable
          label="Queues"
          storageKey="queues"
          rows={rows}
          columns={COLUMNS}
          getId={(row) => row.id}
          density={density}
          onOpen={open}
          card={(row) => (
            <div className="flex h-full items-center gap-3">
              <span className="cut flex-1">
                <QueueLink queue={row} />
              </span>
              <Done queue={row} />
            </div>
          )}
        />
      </ListStates>
      {making && <NewQueue onClose={() => setMaking(false)} onMade={open} />}
    </>
  );
}

function QueueLink({ queue }: { queue: Queue }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Link
        to="/annotate/$id"
        params={{ id: queue.id }}
        search={(old) => carried(old)}
        className="recorded cut font-medium"
      >
        {oneLine(queue.name, 120)}
      </Link>
      {queue.kind === "reading" && <Badge>reading</Badge>}
    </span>
  );
}

function Done({ queue }: { queue: Queue }) {
  return (
    <span className="whitespace-nowrap">
      {formatCount(queue.done)} <span className="text-fg-3">{formatShare(queue.done, queue.items)}</span>
    </span>
  );
}

function NoQueues() {
  return (
    <Empty icon={ClipboardCheck} title="Nothing to judge yet">
      Choose traces in the list of traces and put them into a queue, or begin this week's reading: twenty random
      conversations of this week, mixed with twenty of eight weeks ago.
    </Empty>
  );
}

const EXAMPLE = "good, groundedness: 1-5, tone?: fine | too cold | too familiar";

function NewQueue({ onClose, onMade }: { onClose: () => void; onMade: (queue: Queue) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [guidelines, setGuidelines] = useState("");
  const [dimensions, setDimensions] = useState(EXAMPLE);
  const [raters, setRaters] = useState("1");
  const [blind, setBlind] = useState(true);
  const [dataset, setDataset] = useState("");
  const make = useMutation({
    mutationFn: createQueue,
    onSuccess: (queue) => {
      void client.invalidateQueries({ queryKey: ["queues"] });
      onMade(queue);
    },
    onError: (error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const drawn = readDimensions(dimensions);
    make.mutate({ name: name.trim(), guidelines, dimensions: drawn, raters: Number(raters) || 1, blind, dataset });
  };
  return (
    <Dialog title="New queue" open onOpenChange={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Name">
          <TextInput value={name} onChange={(event) => setName(event.target.value)} required autoFocus />
        </Field>
        <Field
          label="Judged by"
          hint="A name is a yes-or-no question; behind a colon a scale or words. ? makes it optional."
        >
          <TextInput value={dimensions} onChange={(event) => setDimensions(event.target.value)} required />
        </Field>
        <Field label="Guidelines">
          <textarea
            value={guidelines}
            onChange={(event) => setGuidelines(event.target.value)}
            rows={4}
            className="rounded-ctl border border-line-strong bg-control p-2 text-label"
          />
        </Field>
        <div className="flex flex-wrap items-end gap-4">
          <Field label="People an item">
            <TextInput
              type="number"
              min={1}
              max={20}
              value={raters}
              onChange={(event) => setRaters(event.target.value)}
              className="w-20"
            />
          </Field>
          <Field label="Judged items flow into the data set">
            <TextInput
              value={dataset}
              placeholder="none"
              onChange={(event) => setDataset(event.target.value)}
              className="w-48"
            />
          </Field>
          <span className="flex h-7 items-center gap-2 text-label">
            <Checkbox checked={blind} onChange={setBlind} label="Blind" />
            Blind
          </span>
        </div>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!name.trim() || make.isPending}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
