/** The left side of a trace: one of its views, what is folded away, and its scores. */

import { ChevronsDownUp, ChevronsUpDown, CircleDollarSign, MoreHorizontal, Search } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { plural } from "@/domain/format";
import { useCommands } from "@/ui/commands";
import { Button, Segments, TextInput } from "@/ui/controls";
import { Menu, MenuItem } from "@/ui/overlays";
import { SkeletonRows } from "@/ui/states";
import { LogView } from "./logView";
import { SpanTreeView } from "./spanTree";
import { TraceScores } from "./traceScores";
import type { TraceState } from "./useTrace";
import { VIEWS, type View } from "./views";
import { Waterfall } from "./waterfall";

const AgentGraph = lazy(() => import("./agentGraph"));

export function LeftPane({ state }: { state: TraceState }) {
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
