/** Duels: which of several versions, models or experiments answers better, found by comparing two answers at a time. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus, Swords } from "lucide-react";
import { contestsQuery } from "@/api/duels";
import type { Run } from "@/api/runs";
import { carried } from "@/domain/address";
import { formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { ProgressBar, StateBadge } from "@/features/runs/progress";
import { useAddress } from "@/ui/address";
import { Button, HeadButton } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { Age, Cost } from "@/ui/values";
import { NewDuels } from "./newDuels";

const COLUMNS: readonly DataColumn<Run>[] = [
  { id: "title", label: "Duels", width: 280, grow: true, cell: (run) => <ContestLink run={run} /> },
  { id: "strongest", label: "Strongest", width: 200, cell: (run) => <Strongest run={run} /> },
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

export default function DuelsPage() {
  const query = useQuery(contestsQuery());
  const rows = query.data ?? [];
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const [search, patch] = useAddress();
  const begin = () => patch({ view: "new" });
  return (
    <>
      <PageHeader title="Duels" actions={<HeadButton icon={Plus} label="New duels" onClick={begin} />} />
      <ListStates query={query} what="The duels" count={rows.length} empty={<NoDuels onBegin={begin} />}>
        <DataTable
          label="Duels"
          storageKey="duels"
          rows={rows}
          columns={COLUMNS}
          getId={(run) => run.id}
          density={density}
          onOpen={(run) => void navigate({ to: "/duels/$runId", params: { runId: run.id } } as never)}
          card={(run) => (
            <div className="flex h-full items-center gap-3">
              <span className="cut flex-1">
                <ContestLink run={run} />
              </span>
              <StateBadge state={run.state} />
            </div>
          )}
        />
      </ListStates>
      {search.view === "new" && <NewDuels onClose={() => patch({ view: null })} />}
    </>
  );
}

function ContestLink({ run }: { run: Run }) {
  return (
    <Link to="/duels/$runId" params={{ runId: run.id }} search={(old) => carried(old)} className="recorded font-medium">
      {oneLine(run.title, 120)}
    </Link>
  );
}

/** Of a run that ended: whoever stands first. */
function Strongest({ run }: { run: Run }) {
  const contestants = run.result?.contestants;
  const first: unknown = Array.isArray(contestants) ? contestants.at(0) : null;
  const name = typeof first === "object" && first !== null && "name" in first ? String(first.name) : "";
  return <span className="recorded text-fg-2">{name ? oneLine(name, 60) : "–"}</span>;
}

function NoDuels({ onBegin }: { onBegin: () => void }) {
  return (
    <Empty icon={Swords} title="No duels yet">
      <p>
        A judge that compares two answers is surer than one that grades each alone. It sees them in both orders, and an
        answer wins only where it wins both times; the duels become strengths with intervals.
      </p>
      <Button look="primary" className="mt-3" onClick={onBegin}>
        Compare answers
      </Button>
    </Empty>
  );
}
