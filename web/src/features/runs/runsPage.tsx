/** Long work: what runs now, and what ran. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { type Run, runsQuery } from "@/api/runs";
import { carried } from "@/domain/address";
import { formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Segments } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { Age, Cost } from "@/ui/values";
import { ProgressBar, StateBadge } from "./progress";

const COLUMNS: readonly DataColumn<Run>[] = [
  { id: "title", label: "Run", width: 280, grow: true, cell: (run) => <RunLink run={run} /> },
  { id: "kind", label: "Kind", width: 110, cell: (run) => <span className="text-fg-2">{run.kind}</span> },
  { id: "state", label: "State", width: 100, cell: (run) => <StateBadge state={run.state} /> },
  { id: "progress", label: "Progress", width: 210, cell: (run) => <ProgressBar run={run} /> },
  { id: "failed", label: "Failed", width: 70, align: "right", cell: (run) => formatCount(run.failed) },
  {
    id: "cost",
    label: "Cost",
    width: 90,
    align: "right",
    cell: (run) => <Cost usd={run.cost} unpriced={run.unpriced} />,
  },
  { id: "created", label: "Started", width: 80, align: "right", cell: (run) => <Age time={run.created_time} /> },
];

const VIEWS = [
  { value: "asked", label: "Asked for" },
  { value: "all", label: "All" },
] as const;

export default function RunsPage() {
  const [search, patch] = useAddress();
  const view = VIEWS.find(({ value }) => value === search.tab)?.value ?? "asked";
  const query = useQuery(runsQuery(view === "asked"));
  const rows = query.data ?? [];
  const navigate = useNavigate();
  const [density] = usePreference("density");
  return (
    <>
      <PageHeader title="Runs" timeless />
      <div className="flex h-12 shrink-0 items-center gap-3 border-b border-line px-3 wide:px-4">
        <Segments
          label="Which runs"
          options={VIEWS}
          value={view}
          onChange={(next) => patch({ tab: next === "asked" ? null : next })}
        />
        <span className="text-label text-fg-3 max-wide:hidden">
          {view === "asked"
            ? "Without what evaluators start by themselves"
            : "With what evaluators start by themselves"}
        </span>
      </div>
      <ListStates
        query={query}
        what="The runs"
        count={rows.length}
        empty={
          <Empty icon={ListChecks} title="No runs yet">
            Replays of recorded traffic, playground panes over a data set and evaluations run here in the background.
            They show their progress, can be cancelled, and go on after a restart.
          </Empty>
        }
      >
        <DataTable
          label="Runs"
          storageKey="runs"
          rows={rows}
          columns={COLUMNS}
          getId={(run) => run.id}
          density={density}
          onOpen={(run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } } as never)}
          card={(run) => (
            <div className="flex h-full items-center gap-3">
              <span className="cut flex-1">
                <RunLink run={run} />
              </span>
              <StateBadge state={run.state} />
            </div>
          )}
        />
      </ListStates>
    </>
  );
}

function RunLink({ run }: { run: Run }) {
  return (
    <Link to="/runs/$runId" params={{ runId: run.id }} search={(old) => carried(old)} className="recorded font-medium">
      {oneLine(run.title, 120)}
    </Link>
  );
}
