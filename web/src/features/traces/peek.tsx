/** A trace beside the list: enough to decide, J and K through the list, Enter for the whole. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Maximize2, X } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { traceQuery } from "@/api/traces";
import type { BriefSpan, TraceRow } from "@/api/types";
import { tokenTotals } from "@/domain/cost";
import { formatCount, formatDuration, oneLine, shortId } from "@/domain/format";
import { extentOf } from "@/domain/timeAxis";
import { buildTree, indent } from "@/domain/tree";
import { scoreText } from "@/features/trace/scoresTab";
import { SpanBar } from "@/features/trace/spanBar";
import { Neighbours, TraceTroubles } from "@/features/trace/traceHead";
import { cx } from "@/ui/classes";
import { Button, CopyButton, Kbd, Stat } from "@/ui/controls";
import { useNow } from "@/ui/hooks";
import { KindIcon } from "@/ui/icons";
import { Problem } from "@/ui/states";
import { Marked, TextBlock } from "@/ui/text";
import { Age, Clock, Cost, isLowScore, ScoreValue } from "@/ui/values";

const SPANS_SHOWN = 14;

export interface PeekProps {
  traceId: string;
  /** The row of the list, shown at once while the rest loads. */
  row: TraceRow | undefined;
  previous: string | undefined;
  next: string | undefined;
  onMove: (traceId: string) => void;
  onClose: () => void;
}

export function Peek({ traceId, row, previous, next, onMove, onClose }: PeekProps) {
  const query = useQuery(traceQuery(traceId));
  const client = useQueryClient();
  const detail = query.data?.trace.trace_id === traceId ? query.data : undefined;
  const trace = detail?.trace ?? row;
  const body = useRef<HTMLDivElement>(null);
  // The neighbours are fetched ahead, so that J and K answer at once.
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const id of [next, previous]) if (id) void client.prefetchQuery(traceQuery(id));
    }, 60);
    return () => clearTimeout(timer);
  }, [client, next, previous]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another trace starts at its top
  useEffect(() => {
    body.current?.scrollTo({ top: 0 });
  }, [traceId]);
  return (
    <aside
      aria-label="Peek"
      className="z-10 flex h-full w-full flex-col bg-raised shadow-float broad:w-[372px] broad:shrink-0"
    >
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
        {trace && <KindIcon kind={trace.kind} size={16} named />}
        <h2 className="recorded cut">{oneLine(trace?.name ?? "", 80) || "no name"}</h2>
        {trace && <TraceTroubles trace={trace} />}
        <span className="flex-1" />
        <Neighbours previous={previous} next={next} onMove={onMove} className="h-6 w-6" />
        <Link
          to="/traces/$traceId"
          params={{ traceId }}
          search={(old) => ({ ...old, peek: undefined })}
          aria-label="Open the whole trace"
          title="Open the whole trace"
          className="inline-flex size-6 items-center justify-center rounded-ctl text-fg-2 hover:bg-hover"
        >
          <Maximize2 size={14} strokeWidth={1.5} aria-hidden="true" />
        </Link>
        <Button look="ghost" square icon={X} aria-label="Close the peek" onClick={onClose} className="h-6 w-6" />
      </header>
      <div
        ref={body}
        tabIndex={0}
        role="region"
        aria-label="Facts and conversation"
        className="min-h-0 flex-1 overflow-y-auto px-4 py-3"
      >
        {query.error && !trace && <Problem error={query.error} what="The trace" onRetry={() => void query.refetch()} />}
        {trace && (
          <>
            <div className="mb-2 flex items-center gap-1 text-label text-fg-3">
              <span className="mono-s">{shortId(trace.trace_id)}</span>
              <CopyButton text={trace.trace_id} label="Copy the trace id" />
              <span className="ml-1">
                <Clock time={trace.start_time} />, <Age time={trace.start_time} ago />
              </span>
            </div>
            <dl className="flex justify-between gap-3">
              <Stat label="Duration">{trace.duration === null ? "no end" : formatDuration(trace.duration)}</Stat>
              <Stat label="TTFT">{formatDuration(trace.ttft)}</Stat>
              <Stat label="Tokens">
                {tokenTotals(trace.usage).reported ? formatCount(tokenTotals(trace.usage).total) : "–"}
              </Stat>
              <Stat label="Cost">
                <Cost usd={trace.cost} unpriced={trace.unpriced_count} />
              </Stat>
            </dl>
            <SpanLines spans={detail?.spans ?? []} count={trace.span_count - trace.folded_count} traceId={traceId} />
            <Turn speaker="User" edge="border-l-(--series-5)" text={trace.input_preview} />
            <Turn
              speaker="Assistant"
              edge="border-l-(--kind-generation)"
              text={trace.output_preview}
              note={trace.models.join(", ")}
            />
            {detail && detail.scores.length > 0 && (
              <section aria-label="Scores" className="mt-4">
                <h3 className="mb-1">Scores</h3>
                {detail.scores.map((score) => (
                  <div key={score.id} className="flex h-6 items-center gap-3 text-label">
                    <span className="recorded cut w-24">{score.name}</span>
                    <span className="recorded cut flex-1 text-fg-3">
                      {score.comment ? `“${oneLine(score.comment, 80)}”` : score.evaluator || score.source}
                    </span>
                    <span className="num font-medium">
                      <ScoreValue text={scoreText(score)} low={score.type === "numeric" && isLowScore(score.value)} />
                    </span>
                  </div>
                ))}
              </section>
            )}
          </>
        )}
      </div>
      <footer className="flex h-9 shrink-0 items-center gap-4 border-t border-line px-4 text-micro text-fg-3 max-wide:hidden">
        <span className="flex items-center gap-1">
          <Kbd>J</Kbd> <Kbd>K</Kbd> next, previous
        </span>
        <span className="flex items-center gap-1">
          <Kbd>↵</Kbd> open
        </span>
        <span className="flex items-center gap-1">
          <Kbd>Esc</Kbd> close
        </span>
      </footer>
    </aside>
  );
}

function Turn({ speaker, edge, text, note }: { speaker: string; edge: string; text: string; note?: string }) {
  if (!text) return null;
  return (
    <article aria-label={`${speaker} message`} className={cx("mt-3 border-l-2 py-1 pl-3", edge)}>
      <header className="mb-0.5 flex gap-2 text-label">
        <b className="font-semibold">{speaker}</b>
        <span className="cut text-fg-3">{note}</span>
      </header>
      <TextBlock text={text} />
    </article>
  );
}

function SpanLines({ spans, count, traceId }: { spans: readonly BriefSpan[]; count: number; traceId: string }) {
  const now = useNow();
  const { tree, extent } = useMemo(
    () => ({ tree: buildTree(spans, { showFolded: false }), extent: extentOf(spans, now) }),
    [spans, now],
  );
  const lines = tree.nodes.slice(0, SPANS_SHOWN);
  return (
    <section aria-label="Spans" className="mt-4" style={{ minHeight: 24 + Math.min(count, SPANS_SHOWN) * 24 }}>
      <h3 className="mb-1">
        Spans <span className="font-normal text-fg-3">{formatCount(count)}</span>
      </h3>
      {lines.map(({ span, depth }) => (
        <Link
          key={span.span_id}
          to="/traces/$traceId"
          params={{ traceId }}
          search={(old) => ({ ...old, peek: undefined, span: span.span_id })}
          className="grid h-6 grid-cols-[minmax(0,1fr)_116px_52px] items-center gap-2 rounded-bar text-label hover:bg-hover"
        >
          <span className="flex min-w-0 items-center gap-1.5" style={{ paddingLeft: indent(depth, 14, 6, 100) }}>
            <KindIcon kind={span.kind} size={13} />
            <span className={cx("recorded cut", span.outcome === "error" && "text-error")}>
              <Marked text={oneLine(span.name, 80)} />
            </span>
          </span>
          <SpanBar span={span} window={extent} now={now} />
          <span className="num text-fg-2">{formatDuration(span.duration)}</span>
        </Link>
      ))}
      {tree.nodes.length > SPANS_SHOWN && (
        <div className="text-label text-fg-3">and {formatCount(tree.nodes.length - SPANS_SHOWN)} more</div>
      )}
    </section>
  );
}
