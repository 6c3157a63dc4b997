/** The ledger of changes: deploys, label moves, and all that was seen for the first time. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { GitCommitVertical } from "lucide-react";
import { type Change, ledgerQuery } from "@/api/monitors";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Select } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { Clock } from "@/ui/values";
import { actorName } from "./parts";

const MONTH = "-30d";
const KINDS = [
  ["", "All kinds"],
  ["deploy", "Deploys"],
  ["prompt_label", "Label moves"],
  ["model", "Models"],
  ["fingerprint", "System prompts"],
  ["release", "Releases"],
  ["index_version", "Indexes"],
  ["prompt_version", "Prompt versions"],
  ["tool", "Tools"],
  ["sdk", "SDKs"],
  ["price", "Prices"],
  ["evaluator", "Evaluators"],
  ["feature_flag", "Feature flags"],
  ["note", "Notes"],
] as const;

const COLUMNS: readonly DataColumn<Change>[] = [
  { id: "time", label: "Time", width: 224, cell: (row) => <Clock time={row.time} clock="full" /> },
  { id: "kind", label: "Kind", width: 130, cell: (row) => <Badge>{row.kind.replaceAll("_", " ")}</Badge> },
  {
    id: "title",
    label: "Change",
    width: 420,
    grow: true,
    cell: (row) => <span className="recorded">{row.title}</span>,
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
  { id: "actor", label: "By", width: 140, cell: (row) => <span className="text-fg-2">{actorName(row.actor)}</span> },
];

export default function ChangesPage() {
  const [search, patch] = useAddress();
  const [density] = usePreference("density");
  const kind = KINDS.find(([value]) => value === search.view)?.[0] ?? "";
  const query = useInfiniteQuery(ledgerQuery({ from: search.from ?? MONTH, to: search.to ?? "" }, kind));
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
      </div>
      <ListStates
        query={query}
        what="The changes"
        count={rows.length}
        empty={
          <Empty icon={GitCommitVertical} title="No changes in this time range">
            <p>
              Models, prompts, releases, tools and indexes are noted when they are first seen. Announce a deploy from
              your pipeline:
            </p>
            <pre className="mono mt-2 whitespace-pre-wrap text-left [overflow-wrap:anywhere]">{`curl -X POST "$PELLUCID_URL/api/v1/events" -H "authorization: Bearer $PELLUCID_API_KEY" \\
  -H "content-type: application/json" -d '{"kind":"deploy","title":"Release 2.8.0"}'`}</pre>
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
              <span className="recorded cut">{row.title}</span>
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
