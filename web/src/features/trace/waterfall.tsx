/** Spans on one time axis: first-token marks, a ruler, drag to zoom. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ZoomIn, ZoomOut } from "lucide-react";
import { type PointerEvent, useMemo, useRef, useState } from "react";
import { formatDuration, oneLine } from "@/domain/format";
import { type Extent, extentOf, ticks, zoom } from "@/domain/timeAxis";
import { indent } from "@/domain/tree";
import { cx } from "@/ui/classes";
import { useCommands } from "@/ui/commands";
import { Button } from "@/ui/controls";
import { KindIcon } from "@/ui/icons";
import { useWidth } from "@/ui/useWidth";
import { SpanBar } from "./spanBar";
import type { TraceState } from "./useTrace";

const ROW = 26;
const NAMES = 208;
/** Less of the width than this is a click. */
const LEAST_ZOOM = 0.005;

export function Waterfall({ state }: { state: TraceState }) {
  const { rows, extent, selected } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const [box, boxWidth] = useWidth();
  const [window, setWindow] = useState<Extent | null>(null);
  const shown = window ?? extent;
  const names = boxWidth < 480 ? 120 : NAMES;
  const width = Math.max(1, boxWidth - names - 16);
  const marks = useMemo(() => ticks(shown.to - shown.from, Math.max(2, Math.floor(width / 80))), [shown, width]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const zoomed = useZoom(shown, setWindow);
  useCommands([
    {
      id: "zoom in",
      name: "Zoom to the span",
      group: "Trace",
      icon: ZoomIn,
      key: "z",
      predicate: () => selected !== undefined,
      run: () => selected && setWindow(extentOf([selected], state.now)),
    },
    {
      id: "zoom out",
      name: "Zoom to the whole trace",
      group: "Trace",
      icon: ZoomOut,
      key: "shift+z",
      predicate: () => window !== null,
      run: () => setWindow(null),
    },
  ]);
  const share = (ms: number) => (100 * ms) / (shown.to - shown.from);
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-7 shrink-0 border-b border-line px-2">
        <div className="flex shrink-0 items-center" style={{ width: names }}>
          {window && (
            <Button look="ghost" icon={ZoomOut} className="h-6" onClick={() => setWindow(null)}>
              Whole trace
            </Button>
          )}
        </div>
        <div
          className="relative flex-1 cursor-crosshair touch-none overflow-hidden select-none"
          title="Drag to zoom"
          {...zoomed.handlers}
        >
          {marks
            .filter((mark) => share(mark) < 94)
            .map((mark) => (
              <span
                key={mark}
                className="absolute top-1.5 text-micro text-fg-3"
                style={{ left: `${share(mark)}%`, transform: mark === 0 ? "" : "translateX(-50%)" }}
              >
                {formatDuration(mark + shown.from - extent.from)}
              </span>
            ))}
          {zoomed.drag && (
            <span
              className="absolute top-0 h-full border-x border-accent bg-accent-soft/60"
              style={{
                left: `${100 * Math.min(...zoomed.drag)}%`,
                width: `${100 * Math.abs(zoomed.drag[1] - zoomed.drag[0])}%`,
              }}
            />
          )}
        </div>
      </div>
      <div
        ref={scroller}
        role="listbox"
        aria-label="Waterfall"
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-2"
      >
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          <div className="pointer-events-none absolute inset-y-0 right-0" style={{ left: names }}>
            {marks.map((mark) => (
              <span key={mark} className="absolute inset-y-0 w-px bg-grid" style={{ left: `${share(mark)}%` }} />
            ))}
          </div>
          {virtual.getVirtualItems().map((item) => {
            const node = rows[item.index];
            if (!node) return null;
            const { span } = node;
            const on = span.span_id === selected?.span_id;
            return (
              <div
                key={item.key}
                role="option"
                aria-selected={on}
                onClick={() => state.select(span.span_id)}
                className={cx(
                  "absolute top-0 left-0 flex w-full cursor-pointer items-center rounded-bar text-label",
                  on ? "bg-accent-soft" : "hover:bg-hover",
                )}
                style={{ height: ROW, transform: `translateY(${item.start}px)` }}
              >
                <span
                  className="flex shrink-0 items-center gap-1.5 pr-2"
                  style={{ width: names, paddingLeft: 4 + indent(node.depth, 10, 8, 90) }}
                >
                  <KindIcon kind={span.kind} size={12} />
                  <span className={cx("recorded cut", span.outcome === "error" && "text-error")}>
                    {oneLine(span.name, 120)}
                  </span>
                </span>
                <span className="relative min-w-0 flex-1">
                  <SpanBar span={span} window={shown} now={state.now} height={10} />
                  <span className="sr-only">{formatDuration(span.duration)}</span>
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function useZoom(shown: Extent, setWindow: (window: Extent) => void) {
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const start = useRef<number | null>(null);
  const stop = () => {
    start.current = null;
    setDrag(null);
  };
  const at = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width)));
  };
  return {
    drag,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = at(event);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (start.current !== null) setDrag([start.current, at(event)]);
      },
      // From the event itself: what was drawn last may be older than where the pointer is let go.
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const [began, ended] = [start.current, at(event)];
        if (began !== null && Math.abs(ended - began) > LEAST_ZOOM) setWindow(zoom(shown, began, ended));
        stop();
      },
      onPointerCancel: stop,
    },
  };
}
