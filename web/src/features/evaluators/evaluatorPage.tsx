/** One evaluator: what its scores can be believed, what it is, its versions and its runs. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight, History, Power } from "lucide-react";
import { backfill, type Evaluator, evaluatorQuery, planEvaluator } from "@/api/evaluators";
import { formatCount, formatMoney, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button, Segments, Stat } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";
import { DefinitionView } from "./definitionView";
import { State } from "./evaluatorsPage";
import { GoldenView } from "./goldenView";
import { RunsView } from "./runsView";
import { TrustView } from "./trustView";
import { VersionsView } from "./versionsView";

const TABS = [
  { value: "trust", label: "Trust" },
  { value: "definition", label: "Definition" },
  { value: "versions", label: "Versions" },
  { value: "runs", label: "Runs" },
] as const;
type Tab = (typeof TABS)[number]["value"];

export default function EvaluatorPage() {
  const { id = "" } = useParams({ strict: false });
  const [search, patch] = useAddress();
  const query = useQuery(evaluatorQuery(id));
  const evaluator = query.data;
  const tab = TABS.find((one) => one.value === search.tab)?.value ?? "trust";
  const waiting = useLate(query.isPending);
  return (
    <>
      <PageHeader
        title={`Evaluator ${oneLine(evaluator?.name ?? id, 40)}`}
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/evaluators" search={{}} className="text-fg-2 hover:text-fg max-wide:hidden">
              Evaluators
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{oneLine(evaluator?.name ?? "Evaluator", 60)}</b>
          </div>
        }
        actions={evaluator && <Actions evaluator={evaluator} />}
      />
      {query.error && !evaluator && (
        <Problem error={query.error} what="The evaluator" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {evaluator && (
        <div className="flex min-h-0 flex-1 flex-col">
          <div className="flex shrink-0 flex-wrap items-end gap-x-6 gap-y-2 border-b border-line px-4 py-2">
            <dl className="contents">
              <Stat label="State">
                <State evaluator={evaluator} />
              </Stat>
              <Stat label="Kind">{evaluator.current.kind}</Stat>
              <Stat label="Spent today">{formatMoney(evaluator.spent_today)}</Stat>
              <Stat label="Calls today">{formatCount(evaluator.calls_today)}</Stat>
              <Stat label="Budget a day">
                {evaluator.daily_budget === null ? "none" : formatMoney(evaluator.daily_budget)}
              </Stat>
            </dl>
            <Segments<Tab> label="Part" value={tab} options={TABS} onChange={(next) => patch({ tab: next })} />
          </div>
          {evaluator.state_note && (
            <p role="status" className="border-b border-line px-4 py-2 text-label text-warn">
              {evaluator.state_note}
            </p>
          )}
          <div className="min-h-0 flex-1 overflow-y-auto p-4">
            {tab === "trust" && <TrustView evaluator={evaluator} />}
            {tab === "trust" && <GoldenView evaluator={evaluator} />}
            {tab === "definition" && <DefinitionView key={evaluator.current.version} evaluator={evaluator} />}
            {tab === "versions" && <VersionsView evaluator={evaluator} />}
            {tab === "runs" && <RunsView evaluator={evaluator} />}
          </div>
        </div>
      )}
    </>
  );
}

function Actions({ evaluator }: { evaluator: Evaluator }) {
  const client = useQueryClient();
  const toggle = useMutation({
    mutationFn: () => planEvaluator(evaluator.id, { enabled: !evaluator.enabled }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["evaluators"] }),
    onError: (error) => complain(error),
  });
  const fill = useMutation({
    mutationFn: () => backfill(evaluator.id, { limit: 500 }),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      notify(`${formatCount(run.items)} of the last 24 hours are being evaluated.`);
    },
    onError: (error) => complain(error),
  });
  return (
    <>
      <Button icon={History} disabled={fill.isPending} onClick={() => fill.mutate()} className="max-wide:hidden">
        Evaluate last 24 h
      </Button>
      <Button icon={Power} disabled={toggle.isPending} onClick={() => toggle.mutate()}>
        {evaluator.enabled ? "Switch off" : "Switch on"}
      </Button>
    </>
  );
}
