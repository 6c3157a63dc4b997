/** One data set: its cases in any version, and the experiments over it. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight, Database, FlaskConical } from "lucide-react";
import { useState } from "react";
import { type DatasetItem, datasetQuery, type Experiment, experimentsQuery, itemsQuery } from "@/api/datasets";
import { carried } from "@/domain/address";
import { oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Segments, Select } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { Icon } from "@/ui/icons";
import { JsonView } from "@/ui/jsonView";
import { ListStates } from "@/ui/listPage";
import { Dialog } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem } from "@/ui/states";
import { usePages } from "@/ui/usePages";
import { Age } from "@/ui/values";
import { Changes } from "./changes";
import { CoverageTab } from "./coverageTab";
import { DatasetActions } from "./datasetActions";

const TABS = [
  { value: "items", label: "Items" },
  { value: "experiments", label: "Experiments" },
  { value: "changes", label: "Changes" },
  { value: "coverage", label: "Coverage" },
] as const;
type Tab = (typeof TABS)[number]["value"];

const said = (value: unknown) => oneLine(typeof value === "string" ? value : JSON.stringify(value ?? null), 300);

const ITEM_COLUMNS: readonly DataColumn<DatasetItem>[] = [
  {
    id: "id",
    label: "Item",
    width: 130,
    cell: (row) => <span className="mono-s recorded">{oneLine(row.id, 60)}</span>,
  },
  {
    id: "input",
    label: "Input",
    width: 320,
    grow: true,
    cell: (row) => <span className="recorded">{said(row.input)}</span>,
  },
  {
    id: "expected",
    label: "Expected",
    width: 280,
    cell: (row) => <span className="recorded text-fg-2">{said(row.expected)}</span>,
  },
  { id: "split", label: "Split", width: 80, cell: (row) => <span className="recorded">{row.split}</span> },
  {
    id: "from",
    label: "From",
    width: 110,
    cell: (row) =>
      row.trace_id && (
        <Link to="/traces/$traceId" params={{ traceId: row.trace_id }} search={{}} className="mono-s link">
          {row.trace_id.slice(0, 8)}…
        </Link>
      ),
  },
  { id: "since", label: "Since", unit: "version", width: 110, align: "right", cell: (row) => row.since },
];

const EXPERIMENT_COLUMNS: readonly DataColumn<Experiment>[] = [
  { id: "age", label: "Started", width: 90, align: "right", cell: (row) => <Age time={row.created_time} /> },
  {
    id: "name",
    label: "Experiment",
    width: 260,
    grow: true,
    cell: (row) => (
      <Link to="/experiments/$id" params={{ id: row.id }} search={{}} className="recorded font-medium">
        {oneLine(row.name, 120)}
      </Link>
    ),
  },
  { id: "version", label: "Data set", unit: "version", width: 130, align: "right", cell: (row) => row.dataset_version },
  { id: "repetitions", label: "Repetitions", width: 100, align: "right", cell: (row) => row.repetitions },
  { id: "by", label: "By", width: 160, cell: (row) => <span className="recorded text-fg-2">{row.created_by}</span> },
];

export default function DatasetPage() {
  const { name = "" } = useParams({ strict: false });
  const [search, patch] = useAddress();
  const query = useQuery(datasetQuery(name));
  const tab = (TABS.find((each) => each.value === search.tab)?.value ?? "items") as Tab;
  const after = search.view ?? String(query.data?.version ?? 0);
  const before = search.with ?? String(Math.max(0, Number(after) - 1));
  return (
    <>
      <PageHeader
        title={`Data set ${oneLine(name, 40)}`}
        timeless
        actions={query.data && <DatasetActions name={name} version={search.view} />}
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/datasets" search={(old) => carried(old)} className="text-fg-2 hover:text-fg max-wide:hidden">
              Data sets
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{oneLine(name, 60)}</b>
          </div>
        }
      />
      {query.error && !query.data && (
        <Problem error={query.error} what="The data set" onRetry={() => void query.refetch()} />
      )}
      {query.data && (
        <>
          <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-3 border-b border-line px-3 py-1.5 wide:px-4">
            <Segments
              label="What is shown"
              value={tab}
              options={TABS}
              onChange={(next) => patch({ tab: next === "items" ? null : next }, { replace: true })}
            />
            {tab === "changes" && (
              <Versions
                label="From version"
                newest={query.data.version}
                chosen={before}
                onChoose={(version) => patch({ with: version }, { replace: true })}
              />
            )}
            {tab !== "experiments" && (
              <Versions
                label={tab === "changes" ? "to version" : "Version"}
                newest={query.data.version}
                chosen={after}
                onChoose={(version) =>
                  patch({ view: version === String(query.data.version) ? null : version }, { replace: true })
                }
              />
            )}
            <span className="recorded cut text-fg-2">{oneLine(query.data.description, 200)}</span>
          </div>
          {tab === "items" && <Items name={name} version={search.view} />}
          {tab === "coverage" && <CoverageTab name={name} version={search.view} />}
          {tab === "experiments" && <Experiments dataset={name} />}
          {tab === "changes" && <Changes name={name} before={before} after={after} />}
        </>
      )}
    </>
  );
}

function Versions({
  label,
  newest,
  chosen,
  onChoose,
}: {
  label: string;
  newest: number;
  chosen: string;
  onChoose: (version: string) => void;
}) {
  return (
    <label className="flex items-center gap-2 text-label text-fg-2">
      {label}
      <Select
        value={chosen}
        options={Array.from({ length: newest + 1 }, (_, index): [string, string] => {
          const version = String(newest - index);
          return [version, index === 0 ? `${version}, newest` : version];
        })}
        onChange={onChoose}
      />
    </label>
  );
}

function Items({ name, version }: { name: string; version: string | undefined }) {
  const list = useInfiniteQuery(itemsQuery(name, version));
  const { rows, onNearEnd } = usePages(list);
  const [density] = usePreference("density");
  const [open, setOpen] = useState<DatasetItem | null>(null);
  return (
    <ListStates
      query={list}
      what="The items"
      count={rows.length}
      empty={
        <Empty icon={Database} title="No items in this version">
          Add cases from code with <code className="mono">pellucid.add_dataset_items</code>, through{" "}
          <code className="mono break-all">POST /api/v1/datasets/{name}/items</code>, or import a file.
        </Empty>
      }
    >
      <DataTable
        label="Items"
        storageKey="dataset-items"
        rows={rows}
        columns={ITEM_COLUMNS}
        getId={(row) => row.id}
        activeId={open?.id}
        density={density}
        onOpen={setOpen}
        onNearEnd={onNearEnd}
        card={(row) => (
          <div className="flex h-full flex-col justify-center">
            <span className="recorded cut">{said(row.input)}</span>
            <span className="recorded cut text-fg-3">{said(row.expected)}</span>
          </div>
        )}
      />
      {open && (
        <Dialog title={`Item ${oneLine(open.id, 60)}`} open onOpenChange={() => setOpen(null)}>
          <div className="max-h-[60vh] overflow-auto">
            <JsonView value={{ input: open.input, expected: open.expected, metadata: open.metadata }} />
          </div>
        </Dialog>
      )}
    </ListStates>
  );
}

function Experiments({ dataset }: { dataset: string }) {
  const query = useQuery(experimentsQuery(dataset));
  const [density] = usePreference("density");
  const rows = query.data ?? [];
  return (
    <>
      {query.error && !query.data && (
        <Problem error={query.error} what="The experiments" onRetry={() => void query.refetch()} />
      )}
      {query.data && rows.length === 0 && (
        <Empty icon={FlaskConical} title="No experiment has run over this data set">
          <pre className="mono overflow-x-auto text-left">{`pellucid.dataset("${dataset}").run(task, evaluators=[…], name="new prompt")`}</pre>
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Experiments"
          storageKey="experiments"
          rows={rows}
          columns={EXPERIMENT_COLUMNS}
          getId={(row) => row.id}
          density={density}
          card={(row) => (
            <Link to="/experiments/$id" params={{ id: row.id }} search={{}} className="recorded cut">
              {oneLine(row.name, 80)}
            </Link>
          )}
        />
      )}
    </>
  );
}
