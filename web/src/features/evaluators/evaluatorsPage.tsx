/** The evaluators of the project, and the gallery that new ones are made from. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck, CirclePause, Gavel, Plus, TriangleAlert } from "lucide-react";
import { type Evaluator, evaluatorsQuery } from "@/api/evaluators";
import { carried } from "@/domain/address";
import { formatMoney, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Button } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age } from "@/ui/values";
import { Gallery } from "./gallery";
import { GuidePanel } from "./guidePanel";

const COLUMNS: readonly DataColumn<Evaluator>[] = [
  { id: "name", label: "Evaluator", width: 220, grow: true, cell: (row) => <EvaluatorLink evaluator={row} /> },
  { id: "state", label: "State", width: 110, cell: (row) => <State evaluator={row} /> },
  { id: "kind", label: "Kind", width: 80, cell: (row) => row.current.kind },
  { id: "target", label: "Looks at", width: 90, cell: (row) => `${row.current.target}s` },
  { id: "score", label: "Score", width: 150, cell: (row) => oneLine(row.current.score_name, 60) },
  {
    id: "filter",
    label: "Filter",
    width: 240,
    cell: (row) => <span className="mono-s recorded text-fg-2">{oneLine(row.filter || "everything", 120)}</span>,
  },
  {
    id: "budget",
    label: "Budget a day",
    width: 110,
    align: "right",
    cell: (row) => (row.daily_budget === null ? "–" : formatMoney(row.daily_budget)),
  },
  { id: "version", label: "Version", width: 80, align: "right", cell: (row) => row.current.version },
  { id: "updated", label: "Changed", width: 90, align: "right", cell: (row) => <Age time={row.updated_time} /> },
];

export default function EvaluatorsPage() {
  const query = useQuery(evaluatorsQuery());
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const [search, patch] = useAddress();
  const waiting = useLate(query.isPending);
  return (
    <>
      <PageHeader
        title="Evaluators"
        timeless
        actions={
          <Button icon={Plus} onClick={() => patch({ view: "gallery" })}>
            New evaluator
          </Button>
        }
      />
      {query.error && !query.data && (
        <Problem error={query.error} what="The evaluators" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {query.data && <GuidePanel />}
      {query.data?.length === 0 && (
        <Empty icon={Gavel} title="No evaluators yet">
          <p>
            An evaluator scores traffic: by a rule, by code of your own, or by a model that judges. Begin with one on
            your busiest kind of span, look at its verdicts, then widen it.
          </p>
          <Button look="primary" className="mt-3" onClick={() => patch({ view: "gallery" })}>
            Choose from the gallery
          </Button>
        </Empty>
      )}
      {query.data && query.data.length > 0 && (
        <DataTable
          label="Evaluators"
          storageKey="evaluators"
          rows={query.data}
          columns={COLUMNS}
          getId={(row) => row.id}
          density={density}
          onOpen={(row) => void navigate({ to: "/evaluators/$id", params: { id: row.id } } as never)}
          card={(row) => (
            <div className="flex h-full items-center gap-3">
              <span className="cut flex-1">
                <EvaluatorLink evaluator={row} />
              </span>
              <State evaluator={row} />
            </div>
          )}
        />
      )}
      {search.view === "gallery" && <Gallery onClose={() => patch({ view: undefined })} />}
    </>
  );
}

function EvaluatorLink({ evaluator }: { evaluator: Evaluator }) {
  return (
    <Link
      to="/evaluators/$id"
      params={{ id: evaluator.id }}
      search={(old) => carried(old)}
      className="recorded font-medium"
    >
      {oneLine(evaluator.name, 120)}
    </Link>
  );
}

export function State({ evaluator }: { evaluator: Evaluator }) {
  if (!evaluator.enabled) return <Badge icon={CirclePause}>off</Badge>;
  if (evaluator.state_note)
    return (
      <Badge tone="warn" icon={TriangleAlert}>
        limited
      </Badge>
    );
  return (
    <Badge tone="good" icon={CircleCheck}>
      live
    </Badge>
  );
}
