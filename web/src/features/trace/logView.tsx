/** The trace as a flat log in order of start: what happened when, one line each. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { formatDuration, oneLine, parseTime } from "@/domain/format";
import { cx } from "@/ui/classes";
import { KindIcon, OutcomeIcon } from "@/ui/icons";
import type { TraceState } from "./useTrace";

export function LogView({ state }: { state: TraceState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => [...state.rows].sort((a, b) => (a.span.start_time < b.span.start_time ? -1 : 1)),
    [state.rows],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 28,
    overscan: 20,
  });
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Log"
      tabIndex={0}
      className="min-h-0 flex-1 overflow-y-auto px-2 py-1"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const node = rows[item.index];
          if (!node) return null;
          const { span } = node;
          const on = span.span_id === state.selected?.span_id;
          const text = span.status_message || span.output_preview || span.input_preview;
          return (
            <div
              key={item.key}
              role="option"
              aria-selected={on}
              onClick={() => state.select(span.span_id)}
              className={cx(
                "absolute top-0 left-0 flex h-7 w-full cursor-pointer items-center gap-2 rounded-bar px-2 text-label",
                on ? "bg-accent-soft" : "hover:bg-hover",
              )}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className="num mono-s w-16 shrink-0 text-fg-3">
                +{formatDuration(Math.max(0, parseTime(span.start_time) - state.extent.from))}
              </span>
              <KindIcon kind={span.kind} size={13} />
              <span className="recorded cut max-w-[40%] shrink-0 font-medium">{oneLine(span.name, 80)}</span>
              {span.outcome !== "success" && <OutcomeIcon outcome={span.outcome} size={13} />}
              <span className={cx("recorded cut flex-1", span.outcome === "error" ? "text-error" : "text-fg-3")}>
                {oneLine(text, 200)}
              </span>
              <span className="num shrink-0 text-fg-2">{formatDuration(span.duration)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
