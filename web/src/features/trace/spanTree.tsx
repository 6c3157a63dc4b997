/** The tree of a trace: kinds, bars, durations, costs; virtual, so that ten thousand spans scroll as ten do. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight, CircleAlert, CircleDashed, Unlink } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { BriefSpan } from "@/api/types";
import { formatDuration, formatMoney, oneLine, plural } from "@/domain/format";
import { indent } from "@/domain/tree";
import { cx } from "@/ui/classes";
import { Badge } from "@/ui/controls";
import { Icon, KindIcon, OutcomeIcon } from "@/ui/icons";
import { CostBar, SpanBar } from "./spanBar";
import type { SpanNode, TraceState } from "./useTrace";

const ROW = 32;

export function SpanTreeView({ state }: { state: TraceState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, selected } = state;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 16,
    getItemKey: (index) => rows[index]?.span.span_id ?? index,
  });
  const at = rows.findIndex((node) => node.span.span_id === selected?.span_id);
  // The first selection is brought into view; later ones come from a click or a key, which are in view already.
  const moved = useRef(false);
  useEffect(() => {
    if (at >= 0 && !moved.current) {
      moved.current = true;
      virtual.scrollToIndex(at, { align: "auto" });
    }
  }, [at, virtual]);

  const onKey = (event: KeyboardEvent) => {
    const node = rows[at];
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      const next = rows[at + step];
      if (next) {
        state.select(next.span.span_id);
        virtual.scrollToIndex(at + step, { align: "auto" });
      }
    } else if (node && event.key === "ArrowRight" && node.children.length && state.shut.has(node.span.span_id))
      state.toggle(node.span.span_id);
    else if (node && event.key === "ArrowLeft") {
      if (node.children.length && !state.shut.has(node.span.span_id)) state.toggle(node.span.span_id);
      else if (node.parent) state.select(node.parent.span.span_id);
    } else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      role="tree"
      aria-label="Spans"
      tabIndex={0}
      onKeyDown={onKey}
      aria-activedescendant={at >= 0 ? `span-${rows[at]?.span.span_id}` : undefined}
      className="min-h-0 flex-1 overflow-y-auto px-2 py-1 outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--accent-line)]"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const node = rows[item.index];
          return (
            node && (
              <div
                key={item.key}
                className="absolute top-0 left-0 w-full"
                style={{ height: ROW, transform: `translateY(${item.start}px)` }}
              >
                <TreeRow node={node} state={state} selected={node.span.span_id === selected?.span_id} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function TreeRow({ node, state, selected }: { node: SpanNode; state: TraceState; selected: boolean }) {
  const { span } = node;
  const shut = state.shut.has(span.span_id);
  const cost = state.costs.get(span.span_id);
  const byCost = state.search.bars === "cost";
  const total = state.detail?.trace.cost ?? 0;
  return (
    <div
      id={`span-${span.span_id}`}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-selected={selected}
      aria-expanded={node.children.length ? !shut : undefined}
      onClick={() => state.select(span.span_id)}
      className={cx(
        "grid h-full cursor-pointer grid-cols-[minmax(0,1fr)_96px_60px_64px] items-center gap-2 rounded-ctl pr-2 text-label max-wide:grid-cols-[minmax(0,1fr)_56px_56px]",
        selected ? "bg-accent-soft font-medium shadow-[inset_2px_0_0_var(--accent)]" : "hover:bg-hover",
      )}
    >
      <span
        className="relative flex h-full min-w-0 items-center gap-1.5"
        style={{ paddingLeft: 4 + indent(node.depth) }}
      >
        <Guides node={node} />
        <span className="inline-flex w-4 shrink-0 justify-center">
          {node.children.length > 0 && (
            <button
              type="button"
              // The tree answers the keys and says what is open; this is for the mouse.
              tabIndex={-1}
              aria-hidden="true"
              title={shut ? `Show ${plural(node.descendants, "span")} below` : "Hide the spans below"}
              className="inline-flex size-4 items-center justify-center rounded text-fg-3 hover:bg-n4 hover:text-fg"
              onClick={(event) => {
                event.stopPropagation();
                state.toggle(span.span_id);
              }}
            >
              <Icon
                icon={ChevronRight}
                size={12}
                className={cx("transition-transform duration-75", !shut && "rotate-90")}
              />
            </button>
          )}
        </span>
        <KindIcon kind={span.kind} named />
        <span
          className={cx("recorded cut", span.outcome === "error" && "text-error", span.folded && "text-fg-3 italic")}
          title={oneLine(span.name)}
        >
          {oneLine(span.name, 160) || <span className="text-fg-3">no name</span>}
        </span>
        <RowNotes node={node} shut={shut} />
      </span>
      {byCost ? (
        <CostBar span={span} cost={cost} total={total} />
      ) : (
        <SpanBar span={span} window={state.extent} now={state.now} />
      )}
      <span className="num text-fg-2">
        {span.duration === null ? <OpenEnd span={span} /> : formatDuration(span.duration)}
      </span>
      <span
        className="num text-fg-3 max-wide:hidden"
        title={cost !== undefined && node.children.length ? "with everything below" : undefined}
      >
        {cost === undefined ? "" : cost > 0 && cost < 0.00001 ? "<$0.00001" : formatMoney(cost)}
      </span>
    </div>
  );
}

function OpenEnd({ span }: { span: BriefSpan }) {
  const fresh = Date.now() - Date.parse(span.start_time) < 10 * 60_000;
  return (
    <span
      className="inline-flex items-center gap-1 text-fg-3"
      title={fresh ? "Still running" : "The end of this span never arrived"}
    >
      <Icon icon={CircleDashed} size={12} /> {fresh ? "running" : "no end"}
    </span>
  );
}

const GUIDES_DRAWN = 8;

function Guides({ node }: { node: SpanNode }) {
  return Array.from({ length: Math.min(node.depth, GUIDES_DRAWN) }, (_, level) => (
    <span
      key={level}
      aria-hidden="true"
      className="absolute top-0 h-full w-px bg-line"
      style={{ left: 12 + indent(level) }}
    />
  ));
}

function RowNotes({ node, shut }: { node: SpanNode; shut: boolean }) {
  const { span } = node;
  return (
    <>
      {span.outcome === "error" &&
        (node.children.some((child) => child.span.outcome === "error") ? (
          <OutcomeIcon outcome="error" size={13} />
        ) : (
          <span className="max-w-[38%] min-w-0 shrink-2 max-wide:hidden">
            <Badge tone="error" icon={CircleAlert} title={oneLine(span.status_message)}>
              {oneLine(span.status_message, 40).split(/[ :]/)[0] || "error"}
            </Badge>
          </span>
        ))}
      {span.outcome === "refused" && <OutcomeIcon outcome="refused" size={13} />}
      {span.document_count > 0 && <span className="shrink-0 text-fg-3">{plural(span.document_count, "doc")}</span>}
      {node.detached && (
        <span
          className="inline-flex shrink-0 items-center gap-1 text-warn"
          title={
            node.detached === "cycle"
              ? "Its parents form a circle; it is shown at the top"
              : "Its parent has not arrived; it is shown at the top"
          }
        >
          <Icon icon={Unlink} size={12} /> {node.detached}
        </span>
      )}
      {shut && <span className="shrink-0 rounded bg-n3 px-1 text-micro text-fg-3">+{node.descendants}</span>}
    </>
  );
}
