/** One case at the side: what was asked and expected, what each experiment answered, how that differs, and the traces behind it. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { caseQuery, type Experiment, type ExperimentResult } from "@/api/datasets";
import type { GridRow } from "@/domain/experiments";
import { formatDuration, oneLine } from "@/domain/format";
import { DiffText } from "@/ui/diffText";
import { JsonView } from "@/ui/jsonView";
import { Sheet } from "@/ui/sheet";
import { Scores } from "./caseGrid";

const plain = (value: unknown) =>
  typeof value === "string" ? value : value == null ? "" : JSON.stringify(value, null, 2);

export function CaseSheet({
  row,
  experiments,
  baseline,
  less,
  onClose,
}: {
  row: GridRow<ExperimentResult>;
  experiments: readonly Experiment[];
  baseline: Experiment | undefined;
  less: ReadonlySet<string>;
  onClose: () => void;
}) {
  const { data: item } = useQuery(caseQuery(experiments[0]?.id ?? "", row.itemId));
  return (
    <Sheet title={`Case ${oneLine(row.itemId, 60)}`} onClose={onClose}>
      <div className="flex flex-col gap-5 text-label">
        {item && (
          <>
            <Part title="Input">
              {typeof item.input === "string" ? <Text text={item.input} /> : <JsonView value={item.input} />}
            </Part>
            {item.expected !== null && (
              <Part title="Expected">
                <Text text={plain(item.expected)} />
              </Part>
            )}
          </>
        )}
        {row.base && baseline && (
          <Part title={`Baseline: ${oneLine(baseline.name, 60)}`}>
            <Answer result={row.base} />
          </Part>
        )}
        {experiments.map((one, place) => {
          const result = row.ours[place];
          return (
            <Part key={one.id} title={oneLine(one.name, 60)}>
              {result ? (
                <Answer result={result} base={row.base} less={less} />
              ) : (
                <p className="text-fg-3">It has not run this case.</p>
              )}
            </Part>
          );
        })}
      </div>
    </Sheet>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-1.5">
      <h3 className="recorded text-micro font-medium text-fg-3">{title}</h3>
      {children}
    </section>
  );
}

function Text({ text }: { text: string }) {
  return (
    <p className="recorded max-h-80 overflow-y-auto whitespace-pre-wrap" dir="auto">
      {text}
    </p>
  );
}

const NOTHING: ReadonlySet<string> = new Set();

function Answer({
  result,
  base,
  less = NOTHING,
}: {
  result: ExperimentResult;
  base?: ExperimentResult | undefined;
  less?: ReadonlySet<string>;
}) {
  const comments = result.scores.filter((score) => score.comment);
  return (
    <>
      {result.error ? (
        <p className="recorded text-error">{result.error}</p>
      ) : base && !base.error ? (
        <DiffText before={plain(base.output)} after={plain(result.output)} />
      ) : (
        <Text text={plain(result.output)} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Scores result={result} base={base} less={less} />
        <span className="text-fg-3">{formatDuration(result.duration_ms)}</span>
        {result.trace_id && !/^0+$/.test(result.trace_id) && (
          <Link to="/traces/$traceId" params={{ traceId: result.trace_id }} search={{}} className="mono-s link">
            Trace {result.trace_id.slice(0, 8)}…
          </Link>
        )}
      </div>
      {comments.map((score) => (
        <p key={score.name} className="recorded text-fg-2">
          <b className="font-medium">{score.name}</b>: {score.comment}
        </p>
      ))}
    </>
  );
}
