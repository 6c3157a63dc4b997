/** The items of a queue and what was said of each, as far as one may see it. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { type Queue, queueItemsQuery, type SeenItem, type SeenRating } from "@/api/annotations";
import { oneLine } from "@/domain/format";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem } from "@/ui/states";

const said = (value: unknown) => oneLine(typeof value === "string" ? value : JSON.stringify(value ?? null), 200);

const COLUMNS: readonly DataColumn<SeenItem>[] = [
  {
    id: "input",
    label: "Asked",
    width: 260,
    grow: true,
    cell: (row) => <span className="recorded">{said(row.input)}</span>,
  },
  {
    id: "output",
    label: "Answered",
    width: 260,
    cell: (row) => <span className="recorded text-fg-2">{said(row.output)}</span>,
  },
  { id: "judged", label: "Judged by", width: 90, align: "right", cell: (row) => row.judged },
  { id: "said", label: "What was said", width: 340, cell: (row) => <Ratings ratings={row.ratings} /> },
  { id: "era", label: "Era", width: 80, cell: (row) => row.era },
  {
    id: "trace",
    label: "Trace",
    width: 100,
    cell: (row) => (
      <Link to="/traces/$traceId" params={{ traceId: row.trace_id }} search={{}} className="mono-s link">
        {row.trace_id.slice(0, 8)}…
      </Link>
    ),
  },
];

function Ratings({ ratings }: { ratings: SeenRating[] }) {
  const text = ratings
    .map((one) => {
      const verdict = Object.entries(one.values).map(([name, value]) => `${name} ${verdictText(value)}`);
      return `${one.annotator_name}: ${one.skipped ? "skipped" : verdict.join(", ")}`;
    })
    .join(" · ");
  return <span className="recorded cut">{oneLine(text, 300)}</span>;
}

const verdictText = (value: unknown) => (value === true ? "yes" : value === false ? "no" : String(value));

export function JudgedItems({ queue }: { queue: Queue }) {
  const query = useQuery(queueItemsQuery(queue.id));
  const [density] = usePreference("density");
  if (query.error && !query.data)
    return <Problem error={query.error} what="The items" onRetry={() => void query.refetch()} />;
  if (!query.data) return null;
  if (query.data.length === 0)
    return (
      <Empty icon={ListChecks} title="No items yet">
        Choose traces in the list of traces and put them into this queue.
      </Empty>
    );
  return (
    <DataTable
      label="Items of the queue"
      storageKey="queue-items"
      rows={query.data}
      columns={COLUMNS}
      getId={(row) => row.id}
      density={density}
      card={(row) => (
        <div className="flex h-full flex-col justify-center">
          <span className="recorded cut">{said(row.input)}</span>
          <Ratings ratings={row.ratings} />
        </div>
      )}
    />
  );
}
