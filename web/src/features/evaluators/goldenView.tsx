/** A judge's golden set: the same cases, asked again every day, so that the judge's own drift is seen. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw, Snowflake, Trash2, TriangleAlert } from "lucide-react";
import type { Evaluator } from "@/api/evaluators";
import { checkGolden, deleteGolden, freezeGolden, type GoldenCheck, type GoldenSet, goldenQuery } from "@/api/golden";
import { estimateText } from "@/domain/evaluators";
import { formatCount, formatMoney, oneLine } from "@/domain/format";
import { changeText, driftText } from "@/domain/golden";
import { Badge, Button, Stat } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";
import { Age } from "@/ui/values";
import { Whisker } from "./whisker";

export function GoldenView({ evaluator }: { evaluator: Evaluator }) {
  const query = useQuery(goldenQuery(evaluator.id));
  const act = useActs(evaluator.id);
  if (evaluator.current.kind !== "judge" || evaluator.current.output === "categorical") return null;
  return (
    <section aria-label="Golden set" className="mt-6 flex flex-col gap-3">
      <h2 className="text-label font-medium">Golden set</h2>
      {query.error && <Problem error={query.error} what="The golden set" onRetry={() => void query.refetch()} />}
      {query.data === null && (
        <>
          <p className="max-w-[80ch] text-label text-fg-2">
            Freeze cases that people have labelled, and the judge is asked about them once a day, within its budget. The
            cases never change, so whatever moves is the judge.
          </p>
          <Button icon={Snowflake} className="self-start" disabled={act.pending} onClick={act.freeze}>
            Freeze a golden set
          </Button>
        </>
      )}
      {query.data && <Frozen golden={query.data} act={act} />}
    </section>
  );
}

function Frozen({ golden, act }: { golden: GoldenSet; act: Acts }) {
  const moved = golden.checks.at(-1)?.moved ?? false;
  return (
    <>
      <div className="flex flex-wrap items-end gap-x-6 gap-y-2">
        <dl className="contents">
          <Stat label="Cases">{formatCount(golden.size)}</Stat>
          <Stat label="Frozen">
            <Age time={golden.frozen_time} ago />
          </Stat>
          <Stat label="Checks">{formatCount(golden.checks.length)}</Stat>
        </dl>
        <div className="flex flex-wrap gap-2">
          <Button icon={RefreshCw} disabled={act.pending} onClick={act.check}>
            Check now
          </Button>
          <Button icon={Snowflake} disabled={act.pending} onClick={act.freeze}>
            Freeze anew
          </Button>
          <Button icon={Trash2} look="ghost" disabled={act.pending} onClick={act.remove}>
            Delete
          </Button>
        </div>
      </div>
      <p role="status" className={`max-w-[80ch] text-label ${moved ? "text-error" : "text-fg-2"}`}>
        {driftText(golden.checks)}
      </p>
      {golden.note && <p className="max-w-[80ch] text-label text-warn">{golden.note}</p>}
      {golden.checks.length > 0 && <Checks checks={[...golden.checks].reverse()} />}
    </>
  );
}

function Checks({ checks }: { checks: readonly GoldenCheck[] }) {
  return (
    <div className="max-h-[420px] overflow-auto">
      <table aria-label="Checks of the golden set" className="w-full max-w-[980px] text-label">
        <thead>
          <tr className="border-b border-line text-left text-fg-2">
            <th className="py-1 pr-4 font-medium">Asked</th>
            <th className="w-48 py-1 pr-4 font-medium max-wide:hidden">0 to 1</th>
            <th className="py-1 pr-4 font-medium">Agreement with people</th>
            <th className="py-1 pr-4 font-medium">Change since the first</th>
            <th className="py-1 pr-4 font-medium">Change of the mean</th>
            <th className="py-1 pr-4 font-medium max-wide:hidden">Model</th>
            <th className="py-1 text-right font-medium">Missing</th>
            <th className="py-1 pl-4 text-right font-medium max-wide:hidden">Cost</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <tr key={check.id} className="border-b border-line">
              <th className="py-1.5 pr-4 text-left font-medium whitespace-nowrap">
                <Age time={check.time} ago />
                {check.moved && (
                  <span className="ml-2">
                    <Badge tone="error" icon={TriangleAlert}>
                      moved
                    </Badge>
                  </span>
                )}
              </th>
              <td className="py-1.5 pr-4 max-wide:hidden">
                <Whisker estimate={check.agreement} tone={check.moved ? "var(--error)" : "var(--series-1)"} />
              </td>
              <td className="num py-1.5 pr-4 whitespace-nowrap">{estimateText(check.agreement)}</td>
              <td className="num py-1.5 pr-4 whitespace-nowrap">{changeText(check.agreement_shift)}</td>
              <td className="num py-1.5 pr-4 whitespace-nowrap text-fg-2">{changeText(check.shift)}</td>
              <td className="recorded py-1.5 pr-4 text-fg-2 max-wide:hidden">
                {oneLine(check.judge_model, 40)} · v{check.version}
              </td>
              <td className="num py-1.5 text-right">{formatCount(check.missing)}</td>
              <td className="num py-1.5 pl-4 text-right max-wide:hidden">{formatMoney(check.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Acts {
  pending: boolean;
  freeze: () => void;
  check: () => void;
  remove: () => void;
}

function useActs(id: string): Acts {
  const client = useQueryClient();
  const settled = {
    onSuccess: () => void client.invalidateQueries({ queryKey: ["evaluators", id] }),
    onError: (error: Error) => complain(error),
  };
  const freeze = useMutation({ mutationFn: () => freezeGolden(id), ...settled });
  const remove = useMutation({ mutationFn: () => deleteGolden(id), ...settled });
  const check = useMutation({
    mutationFn: () => checkGolden(id),
    ...settled,
    onSuccess: (run) => notify(`The judge is being asked about ${formatCount(run.items)} cases.`),
  });
  return {
    pending: freeze.isPending || remove.isPending || check.isPending,
    freeze: () => freeze.mutate(),
    check: () => check.mutate(),
    remove: () => remove.mutate(),
  };
}
