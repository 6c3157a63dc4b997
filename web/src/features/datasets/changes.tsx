/** Two versions of a data set side by side: what came, what went, and what was changed word by word. */

import { useQuery } from "@tanstack/react-query";
import { Equal } from "lucide-react";
import { useState } from "react";
import { diffQuery, type ItemChange } from "@/api/curation";
import { formatCount, oneLine, plural } from "@/domain/format";
import { Badge } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { DiffText } from "@/ui/diffText";
import { Dialog } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem } from "@/ui/states";

const text = (value: unknown) =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);

const PARTS = ["input", "expected", "metadata", "split"] as const;

function Kind({ change }: { change: ItemChange }) {
  if (!change.before) return <Badge tone="good">added</Badge>;
  if (!change.after) return <Badge tone="error">removed</Badge>;
  return <Badge>changed</Badge>;
}

const changed = ({ before, after }: ItemChange) =>
  before && after ? PARTS.filter((part) => text(before[part]) !== text(after[part])).join(", ") : "";

const COLUMNS: readonly DataColumn<ItemChange>[] = [
  { id: "kind", label: "What", width: 100, cell: (row) => <Kind change={row} /> },
  {
    id: "id",
    label: "Item",
    width: 160,
    cell: (row) => <span className="mono-s recorded">{oneLine(row.id, 60)}</span>,
  },
  {
    id: "input",
    label: "Input",
    width: 420,
    grow: true,
    cell: (row) => <span className="recorded">{oneLine(text((row.after ?? row.before)?.input), 300)}</span>,
  },
  { id: "parts", label: "In", width: 180, cell: (row) => <span className="text-fg-2">{changed(row)}</span> },
];

export function Changes({ name, before, after }: { name: string; before: string; after: string }) {
  const query = useQuery(diffQuery(name, before, after));
  const [density] = usePreference("density");
  const [open, setOpen] = useState<ItemChange | null>(null);
  if (query.error && !query.data)
    return <Problem error={query.error} what="The changes" onRetry={() => void query.refetch()} />;
  if (!query.data) return null;
  const { added, removed, changed: altered, data } = query.data;
  if (data.length === 0) return <Empty icon={Equal} title="These versions hold the same cases" />;
  return (
    <>
      <p role="status" className="shrink-0 border-b border-line px-3 py-1.5 text-label text-fg-2 wide:px-4">
        {formatCount(added)} added, {formatCount(removed)} removed, {formatCount(altered)} changed
        {added + removed + altered > data.length && `; shown are the first ${plural(data.length, "item")}`}
      </p>
      <DataTable
        label="Changes"
        storageKey="dataset-changes"
        rows={data}
        columns={COLUMNS}
        getId={(row) => row.id}
        activeId={open?.id}
        density={density}
        onOpen={setOpen}
        card={(row) => (
          <div className="flex h-full items-center gap-3">
            <Kind change={row} />
            <span className="recorded cut flex-1">{oneLine(text((row.after ?? row.before)?.input), 120)}</span>
          </div>
        )}
      />
      {open && (
        <Dialog title={`Item ${oneLine(open.id, 60)}`} open onOpenChange={() => setOpen(null)} wide>
          <ItemDiff change={open} />
        </Dialog>
      )}
    </>
  );
}

function ItemDiff({ change: { before, after } }: { change: ItemChange }) {
  const parts = PARTS.map((part) => [part, text(before?.[part]), text(after?.[part])] as const);
  return (
    <div className="flex flex-col gap-4">
      {parts
        .filter(([, old, now]) => ![old, now].every((one) => one === "" || one === "{}"))
        .map(([part, old, now]) => (
          <section key={part} aria-label={part}>
            <h3 className="mb-1 text-label text-fg-3 first-letter:uppercase">{part}</h3>
            <DiffText before={old} after={now} />
          </section>
        ))}
    </div>
  );
}
