/** The list of traces: filter, facets, histogram, table, peek, live tail. All of its state is in the address. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Filter, SlidersHorizontal } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { ApiProblem } from "@/api/client";
import { scoreNamesQuery } from "@/api/metrics";
import { tracesQuery } from "@/api/traces";
import type { TraceRow } from "@/api/types";
import { rangeOf } from "@/domain/address";
import { type NewWidget, tableWidget } from "@/domain/dashboards";
import { AddToDashboardButton } from "@/features/dashboards/addToDashboard";
import { PageHeader } from "@/features/frame/pageHeader";
import { rememberOrder } from "@/features/trace/neighbours";
import { listQueryOf, NEWEST_TRACES, traceListOf, useAddress } from "@/ui/address";
import { useCommands } from "@/ui/commands";
import { Button } from "@/ui/controls";
import { DataTable } from "@/ui/dataTable";
import { useAhead, useMedia, useNarrow, useSettled } from "@/ui/hooks";
import { Dialog } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem, SkeletonRows, StaleNotice, useLate } from "@/ui/states";
import { usePages } from "@/ui/usePages";
import { BulkBar } from "./bulkBar";
import { allColumns, chosenColumns, scoreNamesOf } from "./columns";
import { Facets } from "./facets";
import { FilterBar } from "./filterBar";
import { Histogram } from "./histogram";
import { LiveLine } from "./liveLine";
import { NoTraces } from "./noTraces";
import { Peek } from "./peek";
import { ReplayButton } from "./replayButton";
import { ColumnsButton, DensityButton, ExportButton, LiveButton } from "./toolbar";
import { TraceCard } from "./traceCard";
import { useLive } from "./useLive";
import { ViewsMenu } from "./viewsMenu";

/** Whoever types on, or hops from trace to trace, is not kept waiting by counts of a question that is past. */
const COUNTED_AFTER_MS = 300;
const TRACES_WIDGET: NewWidget = {
  ...tableWidget("Traces by outcome", ["outcome"], "spans.count"),
  chart: "bar",
};
const idOf = (row: TraceRow) => row.trace_id;

export default function TracesPage() {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const broad = useMedia("(min-width: 1100px)");
  const [density] = usePreference("density");
  const [facets, setFacets] = usePreference("facets");
  const [facetsOpen, setFacetsOpen] = useState(false);
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  // The question whose every answer is chosen: another filter or time is another choice.
  const [whole, setWhole] = useState("");
  const [paused, setPaused] = useState(false);

  const { offset, ...query } = listQueryOf(search);
  const asked = `${query.filter}\n${query.from}\n${query.to}`;
  const choose = (ids: ReadonlySet<string>) => {
    setChecked(ids);
    setWhole("");
  };
  const order = search.order ?? NEWEST_TRACES;
  const live = useLive(search.live === "on", paused, query.filter);
  const list = useInfiniteQuery({ ...tracesQuery(traceListOf(search)), placeholderData: keepPreviousData });
  const { loaded: data, rows: loaded, onNearEnd } = usePages(list);
  const rows = useMemo(
    () => (search.live === "on" ? liveThenLoaded(live.rows, loaded) : loaded),
    [search.live, live.rows, loaded],
  );
  // What arrived between the list and the connection, also one that was lost and came back, is in the list.
  const { refetch } = list;
  useEffect(() => {
    if (live.connected) void refetch();
  }, [live.connected, refetch]);
  const waiting = useLate(list.isPending);
  // The rows come first: what stands around them is asked for when they are there, and stay.
  const rowsAsked = useSettled(!(list.isFetching && !list.isFetchingNextPage), COUNTED_AFTER_MS);
  const given = useQuery({ ...scoreNamesQuery(rangeOf(search)), enabled: rowsAsked }).data;
  const seen = useMemo(() => scoreNamesOf(loaded), [loaded]);
  const scoreNames = useMemo(() => [...new Set([...seen, ...(given ?? [])])], [seen, given]);
  // The first choice follows the rows, so that no column appears late.
  const columns = useMemo(() => chosenColumns(search.columns, seen), [search.columns, seen]);
  useEffect(() => rememberOrder(rows.map(idOf)), [rows]);

  const setFilter = useCallback(
    (text: string, how: { done: boolean } = { done: true }) =>
      patch({ filter: text.trim() || null, peek: null }, { replace: !how.done }),
    [patch],
  );
  const peekAt = search.peek ? rows.findIndex((row) => row.trace_id === search.peek) : -1;
  const ahead = useAhead(search.peek);
  const peek = useCallback(
    (traceId: string | null) => {
      ahead.current = traceId ?? undefined;
      patch({ peek: traceId }, { replace: true });
    },
    [patch, ahead],
  );
  const openWhole = useCallback(
    (traceId: string) =>
      void navigate({
        to: "/traces/$traceId",
        params: { traceId },
        search: (old: Record<string, string>) => ({ ...old, peek: undefined, live: undefined }),
      } as never),
    [navigate],
  );
  const move = (step: number) => {
    const from = rows.findIndex((row) => row.trace_id === ahead.current);
    const next = rows[from === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step))];
    if (next) peek(next.trace_id);
  };
  useCommands([
    {
      id: "filter",
      name: "Type a filter",
      group: "Traces",
      icon: Filter,
      key: "/",
      run: () => document.getElementById("filter")?.focus(),
    },
    { id: "next", name: "Next trace", group: "Traces", key: "j", keyOnly: true, run: () => move(1) },
    { id: "previous", name: "Previous trace", group: "Traces", key: "k", keyOnly: true, run: () => move(-1) },
    {
      id: "open",
      name: "Open the trace",
      group: "Traces",
      key: "enter",
      keyOnly: true,
      predicate: () => Boolean(search.peek) && !isInteractive(document.activeElement),
      run: () => search.peek && openWhole(search.peek),
    },
    {
      id: "close",
      name: "Close the peek",
      group: "Traces",
      key: "escape",
      keyOnly: true,
      predicate: () => Boolean(search.peek),
      run: () => peek(null),
    },
    {
      id: "choose",
      name: "Choose the trace",
      group: "Traces",
      key: "x",
      keyOnly: true,
      predicate: () => Boolean(search.peek),
      run: () => choose(flip(checked, search.peek ?? "")),
    },
    {
      id: "live",
      name: search.live === "on" ? "Stop the live tail" : "Follow new traces live",
      group: "Traces",
      key: "l",
      run: () => patch({ live: search.live === "on" ? null : "on" }),
    },
    {
      id: "facets",
      name: facets === "shown" ? "Hide the facets" : "Show the facets",
      group: "Traces",
      key: "shift+f",
      run: () => setFacets(facets === "shown" ? "hidden" : "shown"),
    },
  ]);

  const filterProblem = list.error instanceof ApiProblem && list.error.status === 400;
  const filtered = Boolean(search.filter || search.env);
  const facetsView = <Facets text={search.filter ?? ""} query={query} onChange={setFilter} enabled={rowsAsked} />;
  const peekView = search.peek && (
    <Peek
      traceId={search.peek}
      row={rows[peekAt]}
      previous={rows[peekAt - 1]?.trace_id}
      next={peekAt === -1 ? undefined : rows[peekAt + 1]?.trace_id}
      onMove={peek}
      onClose={() => peek(null)}
    />
  );
  return (
    <>
      <PageHeader title="Traces" beside={<ViewsMenu page="traces" />} />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 wide:px-4">
            {!broad && (
              <Button square icon={SlidersHorizontal} aria-label="Facets" onClick={() => setFacetsOpen(true)} />
            )}
            <FilterBar
              value={search.filter ?? ""}
              onChange={setFilter}
              error={list.error}
              offset={offset}
              placeholder={narrow ? "Filter" : "Filter: model:gpt-4o cost>0.01 outcome:error “words”"}
            />
            {!narrow && (
              <ColumnsButton
                all={allColumns(scoreNames)}
                chosen={columns}
                onChange={(ids) => patch({ columns: ids?.join(",") ?? null }, { replace: true })}
              />
            )}
            {!narrow && <DensityButton />}
            {!narrow && <ExportButton query={query} />}
            {!narrow && <AddToDashboardButton widget={TRACES_WIDGET} filter={search.filter ?? ""} />}
            {!narrow && <ReplayButton query={query} />}
            <LiveButton
              on={search.live === "on"}
              connected={live.connected}
              onToggle={() => patch({ live: search.live === "on" ? null : "on" })}
            />
          </div>
          <div className="flex min-h-0 flex-1">
            {broad && facets === "shown" && <div className="w-[184px] shrink-0 border-r border-line">{facetsView}</div>}
            <div className="flex min-w-0 flex-1 flex-col">
              <Histogram
                query={query}
                enabled={rowsAsked}
                range={rangeOf(search)}
                onBrush={(range) => patch({ from: range.from, to: range.to })}
              />
              {search.live === "on" && <LiveLine live={live} paused={paused} onPause={() => setPaused(!paused)} />}
              <BulkBar
                ids={checked}
                whole={whole === asked}
                onWhole={list.hasNextPage && checked.size >= loaded.length ? () => setWhole(asked) : undefined}
                query={query}
                search={search}
                onClear={() => choose(new Set())}
              />
              {data && !filterProblem && <StaleNotice error={list.error} onRetry={() => void list.refetch()} />}
              <div className="flex min-h-0 flex-1 flex-col border-t border-line">
                {list.error && !data && !filterProblem && (
                  <Problem error={list.error} what="The traces" onRetry={() => void list.refetch()} />
                )}
                {filterProblem && !data && (
                  <Empty icon={Filter} title="The filter is not finished">
                    Its error is shown where it stands.
                  </Empty>
                )}
                {waiting && <SkeletonRows />}
                {data && rows.length === 0 && (
                  <NoTraces filtered={filtered} onClear={() => patch({ filter: null, env: null })} />
                )}
                {rows.length > 0 && (
                  <DataTable
                    label="Traces"
                    storageKey="traces"
                    rows={rows}
                    columns={columns}
                    getId={idOf}
                    order={order}
                    onOrder={(next) => patch({ order: next === NEWEST_TRACES ? null : next }, { replace: true })}
                    activeId={search.peek}
                    onOpen={(row, { newTab }) =>
                      newTab
                        ? window.open(`/traces/${encodeURIComponent(row.trace_id)}`, "_blank", "noopener")
                        : narrow
                          ? openWhole(row.trace_id)
                          : peek(row.trace_id)
                    }
                    checked={checked}
                    onCheck={choose}
                    card={(row) => <TraceCard row={row} />}
                    density={density}
                    onNearEnd={onNearEnd}
                  />
                )}
              </div>
            </div>
          </div>
        </div>
        {peekView && (broad ? peekView : <div className="fixed inset-0 z-30 bg-bg">{peekView}</div>)}
      </div>
      <Dialog open={facetsOpen} onOpenChange={setFacetsOpen} title="Facets">
        <div className="-m-4 h-[60vh]">{facetsView}</div>
      </Dialog>
    </>
  );
}

function isInteractive(element: Element | null): boolean {
  return element instanceof HTMLElement && element.closest("a,button,input,textarea,[role=option]") !== null;
}

function flip(old: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(old);
  if (!next.delete(id)) next.add(id);
  return next;
}

function liveThenLoaded(live: readonly TraceRow[], loaded: readonly TraceRow[]): TraceRow[] {
  const known = new Set(live.map(idOf));
  return [...live, ...loaded.filter((row) => !known.has(row.trace_id))];
}
