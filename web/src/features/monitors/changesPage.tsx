/** The ledger of changes: deploys, label moves, and all that was seen for the first time. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { GitCommitVertical, Rocket } from "lucide-react";
import { changeQuery } from "@/api/changes";
import { type Change, ledgerQuery } from "@/api/monitors";
import { carried } from "@/domain/address";
import { CHANGE_KINDS, reachWords } from "@/domain/changes";
import { formatDuration } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Button, Select } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { Clock } from "@/ui/values";
import { DeploySnippets } from "./deploySnippets";
import { actorName } from "./parts";

const MONTH = "-30d";
const KINDS = [["", "All kinds"], ...CHANGE_KINDS] as const;

const COLUMNS: readonly DataColumn<Change>[] = [
  { id: "time", label: "Time", width: 224, cell: (row) => <Clock time={row.time} clock="full" /> },
  { id: "kind", label: "Kind", width: 130, cell: (row) => <Badge>{row.kind.replaceAll("_", " ")}</Badge> },
  {
    id: "title",
    label: "Change",
    width: 420,
    grow: true,
    cell: (row) => (
      <Link
        to="/changes/$changeId"
        params={{ changeId: row.id } as never}
        search={(old) => carried(old)}
        className="recorded hover:underline"
      >
        {row.title}
      </Link>
    ),
  },
  {
    id: "scope",
    label: "Touches",
    width: 260,
    cell: (row) => (
      <span className="mono-s recorded text-fg-2">
        {Object.entries(row.scope)
          .map(([name, value]) => `${name}:${value}`)
          .join(" ")}
      </span>
    ),
  },
  { id: "reach", label: "Blast radius", width: 250, cell: (row) => <ReachOf id={row.id} /> },
  { id: "actor", label: "By", width: 140, cell: (row) => <span className="text-fg-2">{actorName(row.actor)}</span> },
];

/** Asked for by each row that is in view. */
function ReachOf({ id }: { id: string }) {
  const { data } = useQuery(changeQuery(id));
  if (!data?.reach || data.filter === null) return <span className="text-fg-3">–</span>;
  return (
    <Link
      to="/traces"
      search={{ from: data.reach.start, to: data.reach.end, filter: data.filter || undefined } as never}
      title={`In the ${formatDuration(Date.parse(data.reach.end) - Date.parse(data.reach.start))} after it; opens the traces`}
      className="text-fg-2 hover:underline"
    >
      {reachWords(data.reach)}
    </Link>
  );
}

export default function ChangesPage() {
  const [search, patch] = useAddress();
  const [density] = usePreference("density");
  const kind = KINDS.find(([value]) => value === search.view)?.[0] ?? "";
  const query = useInfiniteQuery(ledgerQuery({ from: search.from ?? MONTH, to: search.to ?? "" }, kind));
  const announcing = search.tab === "announce";
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <PageHeader title="Changes" />
      <div className="flex h-12 shrink-0 items-center border-b border-line px-3 wide:px-4">
        <Select
          label="Kind of change"
          value={kind}
          options={KINDS}
          onChange={(view) => patch({ view: view || null })}
        />
        <span className="flex-1" />
        <Button icon={Rocket} aria-expanded={announcing} onClick={() => patch({ tab: announcing ? null : "announce" })}>
          Announce deploys
        </Button>
      </div>
      {announcing && (
        <div className="shrink-0 border-b border-line px-3 py-3 wide:px-4">
          <DeploySnippets />
        </div>
      )}
      <ListStates
        query={query}
        what="The changes"
        count={rows.length}
        empty={
          <Empty icon={GitCommitVertical} title="No changes in this time range">
            <p className="mb-3">
              Models, prompts, releases, tools, indexes and feature flags are noted when they are first seen. Announce a
              deploy from your pipeline:
            </p>
            <DeploySnippets />
          </Empty>
        }
      >
        <DataTable
          label="Changes"
          storageKey="changes"
          rows={rows}
          columns={COLUMNS}
          getId={(row) => row.id}
          density={density}
          onNearEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          card={(row) => (
            <div className="flex h-full flex-col justify-center gap-0.5">
              <Link
                to="/changes/$changeId"
                params={{ changeId: row.id } as never}
                search={(old) => carried(old)}
                className="recorded cut"
              >
                {row.title}
              </Link>
              <span className="text-label text-fg-2">
                <Clock time={row.time} clock="full" />
              </span>
            </div>
          )}
        />
      </ListStates>
    </>
  );
}
