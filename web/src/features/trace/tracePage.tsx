/** The trace page: facts on top, the tree at the left, the selected span at the right. */

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ChevronRight, Diff, Download, FlaskConical, ListTree, MoreHorizontal } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiProblem } from "@/api/client";
import { carried } from "@/domain/address";
import { formatCount, oneLine, plural, shortId } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { Button, CopyButton, Segments } from "@/ui/controls";
import { useNarrow } from "@/ui/hooks";
import { Icon, KindIcon } from "@/ui/icons";
import { Menu, MenuItem } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Split } from "@/ui/split";
import { Empty, Problem, SkeletonRows, StaleNotice, useLate } from "@/ui/states";
import { SearchWords } from "@/ui/text";
import { Facts } from "./facts";
import { LeftPane } from "./leftPane";
import { neighbour } from "./neighbours";
import { RegressionDialog } from "./regressionDialog";
import { saveTrace } from "./saveTrace";
import { SpanPane } from "./spanPane";
import { Neighbours, TraceTroubles } from "./traceHead";
import { type TraceState, useTrace } from "./useTrace";
import { useGoTo, useTraceCommands } from "./useTraceCommands";

export default function TracePage() {
  const { traceId = "" } = useParams({ strict: false });
  const state = useTrace(traceId);
  const { query, detail } = state;
  const waiting = useLate(query.isPending || !detail);
  useTraceCommands(traceId, state);
  const name = detail ? oneLine(detail.trace.name, 80) || "no name" : "Trace";
  return (
    <>
      <PageHeader
        title={`${name} ${shortId(traceId)}`}
        timeless
        crumbs={<Crumbs traceId={traceId} state={state} name={name} />}
        actions={<Actions traceId={traceId} state={state} />}
      />
      {query.error && !detail && <NoTrace error={query.error} traceId={traceId} onRetry={() => void query.refetch()} />}
      {!query.error && !detail && waiting && <SkeletonRows />}
      {detail && (
        <>
          <StaleNotice error={query.error} onRetry={() => void query.refetch()} />
          <Facts detail={detail} />
          {!detail.complete && <Incomplete shown={detail.spans.length} count={detail.trace.span_count} />}
          <SearchWords value={state.search.find ?? ""}>
            <Panes traceId={traceId} state={state} />
          </SearchWords>
        </>
      )}
    </>
  );
}

function Incomplete({ shown, count }: { shown: number; count: number }) {
  return (
    <p role="status" className="shrink-0 border-b border-warn-line bg-warn-soft px-4 py-1.5 text-label text-warn">
      Shown are {formatCount(shown)} of {plural(count, "span")}: a page holds no more. Times and costs above count all.
    </p>
  );
}

function NoTrace({ error, traceId, onRetry }: { error: unknown; traceId: string; onRetry: () => void }) {
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty icon={ListTree} title="There is no such trace here">
        <p className="mono-s recorded">{traceId}</p>
        <p className="mt-2">
          It may still be on its way, belong to another project, or be older than what this project keeps.
        </p>
      </Empty>
    );
  }
  return <Problem error={error} what="The trace" onRetry={onRetry} />;
}

function Crumbs({ traceId, state, name }: { traceId: string; state: TraceState; name: string }) {
  const trace = state.detail?.trace;
  return (
    <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
      <Link
        to="/traces"
        search={(old) => ({ ...carried(old), filter: old.filter, order: old.order, columns: old.columns })}
        className="text-fg-2 hover:text-fg max-wide:hidden"
      >
        Traces
      </Link>
      <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
      {trace && <KindIcon kind={trace.kind} size={16} named />}
      <b className="recorded cut max-w-[32ch] font-semibold">{name}</b>
      <span className="mono-s text-fg-3 max-wide:hidden">{shortId(traceId)}</span>
      <CopyButton text={traceId} label="Copy the trace id" />
      {trace && <TraceTroubles trace={trace} />}
    </div>
  );
}

function Actions({ traceId, state }: { traceId: string; state: TraceState }) {
  const navigate = useNavigate();
  const go = useGoTo();
  const [testing, setTesting] = useState(false);
  return (
    <>
      <Neighbours
        previous={neighbour(traceId, -1)}
        next={neighbour(traceId, 1)}
        onMove={go}
        className="max-wide:hidden"
      />
      <Menu trigger={<Button square icon={MoreHorizontal} aria-label="More about this trace" />}>
        <MenuItem icon={Download} disabled={!state.detail} onSelect={() => saveTrace(traceId)}>
          Download as JSON
        </MenuItem>
        <MenuItem icon={Diff} onSelect={() => void navigate({ to: "/compare/$traceId", params: { traceId } } as never)}>
          Compare with another trace
        </MenuItem>
        <MenuItem icon={FlaskConical} disabled={!state.detail} onSelect={() => setTesting(true)}>
          Regression test
        </MenuItem>
      </Menu>
      {testing && <RegressionDialog traceId={traceId} onClose={() => setTesting(false)} />}
    </>
  );
}

function Panes({ traceId, state }: { traceId: string; state: TraceState }) {
  const narrow = useNarrow();
  const [split, setSplit] = usePreference("split");
  const [pane, setPane] = useState<"spans" | "span">("spans");
  const { search, patch, selected, detail } = state;
  // On a narrow screen a chosen span takes the whole width; the tree is one tap back.
  useEffect(() => setPane(search.span ? "span" : "spans"), [search.span]);
  const left = <LeftPane state={state} />;
  const right = selected ? (
    <SpanPane
      traceId={traceId}
      summary={selected}
      scores={detail?.scores ?? []}
      tab={search.tab}
      onTab={(tab) => patch({ tab }, { replace: true })}
    />
  ) : (
    <Empty icon={ListTree} title="This trace has no spans yet" />
  );
  if (narrow) {
    return (
      <div className="flex min-h-0 flex-1 flex-col">
        <div className="shrink-0 border-b border-line px-3 py-1.5">
          <Segments
            label="Pane"
            value={pane}
            onChange={setPane}
            options={[
              { value: "spans", label: `Spans ${formatCount(state.tree.nodes.length)}` },
              { value: "span", label: oneLine(selected?.name ?? "Span", 24) },
            ]}
          />
        </div>
        {pane === "spans" ? left : right}
      </div>
    );
  }
  return (
    <Split
      share={Number(split)}
      onShare={(share) => setSplit(String(share))}
      label="Width of the span tree"
      left={left}
      right={right}
    />
  );
}
