/** The grid of widgets: twelve columns on a wide screen, one on a narrow one. While it is changed, widgets are dragged and resized. */

import { GripVertical } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { COLUMNS, changed, inOrder, MAX_HEIGHT } from "@/domain/dashboardGrid";
import type { Widget } from "@/domain/dashboards";
import { cx } from "@/ui/classes";
import { useNarrow } from "@/ui/hooks";
import { Icon } from "@/ui/icons";

export const ROW_PX = 56;
export const GAP_PX = 12;
const NARROW_NUMBER_PX = 84;

export const heightOf = (rows: number) => rows * ROW_PX + (rows - 1) * GAP_PX;

interface GridProps {
  widgets: readonly Widget[];
  editing: boolean;
  onChange: (widgets: Widget[]) => void;
  draw: (widget: Widget, height: number, handle: ReactNode) => ReactNode;
}

type Action = "move" | "resize";

interface Drag {
  id: string;
  action: Action;
  /** Where the pointer went down, and the widget as it was then. */
  x: number;
  y: number;
  start: Widget;
  /** All widgets as they were then: the grid follows the pointer, not the last step. */
  widgets: readonly Widget[];
}

export function Grid({ widgets, editing, onChange, draw }: GridProps) {
  const narrow = useNarrow();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  if (narrow) {
    return (
      <div className="flex flex-col gap-3">
        {inOrder(widgets).map((widget) => {
          const height = widget.chart === "number" ? NARROW_NUMBER_PX : heightOf(widget.h);
          return (
            <div key={widget.id} style={{ height }}>
              {draw(widget, height, null)}
            </div>
          );
        })}
      </div>
    );
  }
  const step = () => ((box.current?.clientWidth ?? 1200) + GAP_PX) / COLUMNS;
  const begin = (widget: Widget, action: Action) => (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ id: widget.id, action, x: event.clientX, y: event.clientY, start: widget, widgets });
  };
  const follow = (event: PointerEvent<HTMLElement>) => {
    if (!drag) return;
    const columns = Math.round((event.clientX - drag.x) / step());
    const rows = Math.round((event.clientY - drag.y) / (ROW_PX + GAP_PX));
    const { x, y, w, h } = drag.start;
    onChange(
      drag.action === "move"
        ? changed(drag.widgets, drag.id, { x: x + columns, y: y + rows })
        : changed(drag.widgets, drag.id, { w: Math.min(w + columns, COLUMNS - x), h: h + rows }),
    );
  };
  const end = () => setDrag(null);
  const byKey = (widget: Widget) => (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const by = moves[event.key];
    if (!by) return;
    event.preventDefault();
    onChange(
      event.shiftKey
        ? changed(widgets, widget.id, { w: Math.min(widget.w + by[0], COLUMNS - widget.x), h: widget.h + by[1] })
        : changed(widgets, widget.id, { x: widget.x + by[0], y: widget.y + by[1] }),
    );
  };
  return (
    <div
      ref={box}
      className="grid"
      style={{ gridTemplateColumns: `repeat(${COLUMNS}, minmax(0, 1fr))`, gridAutoRows: ROW_PX, gap: GAP_PX }}
    >
      {widgets.map((widget) => (
        <div
          key={widget.id}
          className={cx("relative min-w-0", drag?.id === widget.id && "z-10 opacity-90")}
          style={{
            gridColumn: `${widget.x + 1} / span ${widget.w}`,
            gridRow: `${widget.y + 1} / span ${Math.min(widget.h, MAX_HEIGHT)}`,
          }}
        >
          {draw(
            widget,
            heightOf(widget.h),
            editing ? (
              <button
                type="button"
                aria-label={`Move ${widget.title}: drag, or arrow keys; with shift they resize`}
                className="-ml-1.5 flex size-6 shrink-0 cursor-move touch-none items-center justify-center rounded text-fg-3 hover:bg-hover"
                onPointerDown={begin(widget, "move")}
                onPointerMove={follow}
                onPointerUp={end}
                onPointerCancel={end}
                onKeyDown={byKey(widget)}
              >
                <Icon icon={GripVertical} size={14} />
              </button>
            ) : null,
          )}
          {editing && (
            <span
              data-resize={widget.id}
              aria-hidden="true"
              className="absolute right-0 bottom-0 size-4 cursor-se-resize touch-none rounded-br-float border-r-2 border-b-2 border-fg-3"
              onPointerDown={begin(widget, "resize")}
              onPointerMove={follow}
              onPointerUp={end}
              onPointerCancel={end}
            />
          )}
        </div>
      ))}
    </div>
  );
}
