/** The trace page: facts on top, the tree at the left, the selected span at the right. */

import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import {
  ChevronDown,
  ChevronRight,
  ChevronsDownUp,
  ChevronsUpDown,
  ChevronUp,
  CircleDollarSign,
  Diff,
  Download,
  ListOrdered,
  ListTree,
  MoreHorizontal,
  Rows3,
  Search,
  Workflow,
} from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { ApiProblem } from "@/api/client";
import { spanQuery } from "@/api/traces";
import { carried } from "@/domain/address";
import { formatCount, oneLine, plural, shortId } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useCommands } from "@/ui/commands";
import { Badge, Button, CopyButton, Segments, TextInput } from "@/ui/controls";
import { useNarrow } from "@/ui/hooks";
import { Icon, KindIcon, OUTCOME_ICONS } from "@/ui/icons";
import { Menu, MenuItem } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Split } from "@/ui/split";
import { Empty, Problem, SkeletonRows, StaleNotice, useLate } from "@/ui/states";
import { SearchWords } from "@/ui/text";
import { Facts } from "./facts";
import { LogView } from "./logView";
import { neighbour } from "./neighbours";
import { saveTrace } from "./saveTrace";
import { SpanPane, tabsOf } from "./spanPane";
import { SpanTreeView } from "./spanTree";
import { TraceScores } from "./traceScores";
import { type TraceState, useTrace } from "./useTrace";
import { Waterfall } from "./waterfall";

const AgentGraph = lazy(() => import("./agentGraph"));

const VIEWS = [
  { value: "tree", label: "Tree", icon: ListTree },
  { value: "waterfall", label: "Waterfall", icon: Rows3 },
  { value: "graph", label: "Graph", icon: Workflow },
  { value: "log", label: "Log", icon: ListOrdered },
] as const;
type View = (typeof VIEWS)[number]["value"];

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
      {trace && trace.error_count > 0 && (
        <Badge tone="error" icon={OUTCOME_ICONS.error}>
          {plural(trace.error_count, "error")}
        </Badge>
      )}
      {trace?.outcome === "refused" && (
        <Badge tone="refused" icon={OUTCOME_ICONS.refused}>
          refused
        </Badge>
      )}
    </div>
  );
}

function Actions({ traceId, state }: { traceId: string; state: TraceState }) {
  const navigate = useNavigate();
  const go = useGoTo();
  const previous = neighbour(traceId, -1);
  const next = neighbour(traceId, 1);
  return (
    <>
      <Button
        look="ghost"
        square
        icon={ChevronUp}
        aria-label="Previous trace"
        disabled={!previous}
        onClick={() => previous && go(previous)}
        className="max-wide:hidden"
      />
      <Button
        look="ghost"
        square
        icon={ChevronDown}
        aria-label="Next trace"
        disabled={!next}
        onClick={() => next && go(next)}
        className="max-wide:hidden"
      />
      <Menu trigger={<Button square icon={MoreHorizontal} aria-label="More about this trace" />}>
        <MenuItem icon={Download} disabled={!state.detail} onSelect={() => state.detail && saveTrace(state.detail)}>
          Download as JSON
        </MenuItem>
        <MenuItem icon={Diff} onSelect={() => void navigate({ to: "/compare/$traceId", params: { traceId } } as never)}>
          Compare with another trace
        </MenuItem>
      </Menu>
    </>
  );
}

function useGoTo() {
  const navigate = useNavigate();
  return useCallback(
    (traceId: string) =>
      void navigate({
        to: "/traces/$traceId",
        params: { traceId },
        search: (old: Record<string, string>) => ({ ...old, span: undefined, tab: old.tab }),
      } as never),
    [navigate],
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

function LeftPane({ state }: { state: TraceState }) {
  const { search, patch } = state;
  const view = (VIEWS.find((each) => each.value === search.view)?.value ?? "tree") as View;
  return (
    <section aria-label="Spans of the trace" className="flex h-full min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex h-11 shrink-0 items-center gap-2 px-4 max-wide:gap-0 max-wide:px-2">
        <Segments
          label="View of the trace"
          value={view}
          options={VIEWS}
          onChange={(value) => patch({ view: value === "tree" ? null : value }, { replace: true })}
        />
        <span className="flex-1" />
        <FindInTrace state={state} />
        <Menu trigger={<Button look="ghost" square icon={MoreHorizontal} aria-label="Options of the tree" />}>
          <MenuItem
            icon={CircleDollarSign}
            onSelect={() => patch({ bars: search.bars === "cost" ? null : "cost" }, { replace: true })}
          >
            {search.bars === "cost" ? "Bars by time" : "Bars by cost"}
          </MenuItem>
          <MenuItem icon={ChevronsDownUp} onSelect={() => state.shutAll(true)}>
            Collapse all
          </MenuItem>
          <MenuItem icon={ChevronsUpDown} onSelect={() => state.shutAll(false)}>
            Expand all
          </MenuItem>
        </Menu>
      </div>
      {view === "tree" && <SpanTreeView state={state} />}
      {view === "waterfall" && <Waterfall state={state} />}
      {view === "log" && <LogView state={state} />}
      {view === "graph" && (
        <Suspense fallback={<SkeletonRows rows={4} />}>
          <AgentGraph state={state} />
        </Suspense>
      )}
      {state.tree.foldedCount > 0 && (
        <div className="flex h-8 shrink-0 items-center gap-2 border-t border-grid px-4 text-label text-fg-3">
          {plural(state.tree.foldedCount, "framework span")} {state.showFolded ? "shown" : "folded"}
          <button
            type="button"
            className="link rounded"
            onClick={() => patch({ folded: state.showFolded ? null : "shown" }, { replace: true })}
          >
            {state.showFolded ? "fold" : "show"}
          </button>
        </div>
      )}
      <TraceScores scores={state.detail?.scores ?? []} />
    </section>
  );
}

function FindInTrace({ state }: { state: TraceState }) {
  const { search, patch } = state;
  const [open, setOpen] = useState(Boolean(search.find));
  useCommands([
    { id: "find", name: "Search in this trace", group: "Trace", key: "/", icon: Search, run: () => setOpen(true) },
  ]);
  if (!open)
    return <Button look="ghost" square icon={Search} aria-label="Search in this trace" onClick={() => setOpen(true)} />;
  return (
    <TextInput
      autoFocus={!search.find}
      aria-label="Search in this trace"
      placeholder="Find a span"
      defaultValue={search.find ?? ""}
      onChange={(event) => patch({ find: event.target.value || null }, { replace: true })}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        patch({ find: null }, { replace: true });
        setOpen(false);
      }}
      className="w-32 min-w-0 shrink"
    />
  );
}

function useTraceCommands(traceId: string, state: TraceState) {
  const go = useGoTo();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { rows, selected, select, detail } = state;
  const move = (step: number) => {
    const at = rows.findIndex((node) => node.span.span_id === selected?.span_id);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next) select(next.span.span_id);
  };
  const hop = (step: -1 | 1) => {
    const next = neighbour(traceId, step);
    if (next) go(next);
  };
  const openTab = (index: number) => {
    if (!selected) return;
    void client.ensureQueryData(spanQuery(traceId, selected.span_id)).then((span) => {
      const tab = tabsOf(span, detail?.scores ?? [])[index];
      if (tab) state.patch({ tab: tab.id }, { replace: true });
    });
  };
  useCommands([
    { id: "span next", name: "Next span", group: "Trace", key: "j", keyOnly: true, run: () => move(1) },
    { id: "span previous", name: "Previous span", group: "Trace", key: "k", keyOnly: true, run: () => move(-1) },
    {
      id: "trace previous",
      name: "Previous trace",
      group: "Trace",
      key: "[",
      predicate: () => neighbour(traceId, -1) !== null,
      run: () => hop(-1),
    },
    {
      id: "trace next",
      name: "Next trace",
      group: "Trace",
      key: "]",
      predicate: () => neighbour(traceId, 1) !== null,
      run: () => hop(1),
    },
    {
      id: "trace back",
      name: "Back to the list",
      group: "Trace",
      key: "escape",
      keyOnly: true,
      run: () =>
        void navigate({
          to: "/traces",
          search: (old: Record<string, string>) => ({
            from: old.from,
            to: old.to,
            env: old.env,
            filter: old.filter,
            order: old.order,
            columns: old.columns,
          }),
        } as never),
    },
    ...[0, 1, 2, 3, 4].map((index) => ({
      id: `tab ${index}`,
      name: `Tab ${index + 1} of the span`,
      group: "Trace",
      key: String(index + 1),
      keyOnly: true,
      run: () => openTab(index),
    })),
    ...VIEWS.map((view) => ({
      id: `view ${view.value}`,
      name: `Trace as ${view.label.toLowerCase()}`,
      group: "Trace",
      icon: view.icon,
      key: `v ${view.value[0]}`,
      run: () => state.patch({ view: view.value === "tree" ? null : view.value }, { replace: true }),
    })),
    {
      id: "download",
      name: "Download this trace as JSON",
      group: "Trace",
      icon: Download,
      predicate: () => detail !== undefined,
      run: () => detail && saveTrace(detail),
    },
  ]);
}
