/** One widget on the grid: its name, its menu, and its body or what stands in for it. */

import type { EChartsType } from "echarts/core";
import { CircleAlert, Copy, Download, Ellipsis, Image, LayoutDashboard, Pencil, Trash2 } from "lucide-react";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { ApiProblem } from "@/api/client";
import { csvOf, isTimed, type Widget } from "@/domain/dashboards";
import { Button } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Menu, MenuItem, MenuLine } from "@/ui/overlays";
import { useLate } from "@/ui/states";
import { AddToDashboard } from "./addToDashboard";
import { saveCsv, savePicture } from "./saving";
import { usePageScope, useSeen, useWidget } from "./useWidget";
import { WidgetBody } from "./widgetBody";

export interface WidgetCardProps {
  widget: Widget;
  height: number;
  /** Stands before the name while the grid is being changed. */
  handle?: ReactNode;
  onEdit?: () => void;
  onCopy?: () => void;
  onRemove?: () => void;
}

const CHROME_PX = 52;

export function WidgetCard({ widget, height, handle, onEdit, onCopy, onRemove }: WidgetCardProps) {
  const box = useRef<HTMLElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const { now, before } = useWidget(widget, useSeen(box));
  const waiting = useLate(now.isPending && now.fetchStatus === "fetching");
  const keep = useCallback((made: EChartsType) => {
    chart.current = made;
  }, []);
  const title = widget.title || "Untitled";
  const scope = usePageScope();
  const [adding, setAdding] = useState(false);
  const { id: _id, x: _x, y: _y, ...question } = widget;
  return (
    <section
      ref={box}
      aria-label={title}
      aria-busy={now.isPending}
      className="group flex h-full min-w-0 flex-col rounded-float border border-line bg-bg px-3 pt-2 pb-2.5"
    >
      <header className="flex h-7 shrink-0 items-center gap-1.5">
        {handle}
        <h2 className="cut flex-1 text-body font-medium" title={widget.help || title}>
          {title}
        </h2>
        {now.data?.complete === false && <span className="text-micro text-warn">cut off</span>}
        <Menu
          trigger={
            <Button look="ghost" square icon={Ellipsis} aria-label={`Menu of ${title}`} className="-mr-1.5 text-fg-3" />
          }
        >
          {onEdit && (
            <MenuItem icon={Pencil} onSelect={onEdit}>
              Edit
            </MenuItem>
          )}
          {onCopy && (
            <MenuItem icon={Copy} onSelect={onCopy}>
              Duplicate
            </MenuItem>
          )}
          {(onEdit || onCopy) && <MenuLine />}
          <MenuItem
            icon={Download}
            disabled={!now.data}
            onSelect={() => now.data && saveCsv(title, csvOf(now.data.data, widget))}
          >
            Save as CSV
          </MenuItem>
          {isTimed(widget) && (
            <MenuItem
              icon={Image}
              disabled={!now.data}
              onSelect={() => chart.current && savePicture(title, chart.current)}
            >
              Save as PNG
            </MenuItem>
          )}
          {scope.token === null && !onEdit && (
            <MenuItem icon={LayoutDashboard} onSelect={() => setAdding(true)}>
              Add to dashboard
            </MenuItem>
          )}
          {onRemove && <MenuLine />}
          {onRemove && (
            <MenuItem icon={Trash2} danger onSelect={onRemove}>
              Remove
            </MenuItem>
          )}
        </Menu>
        {adding && <AddToDashboard widget={question} filter={scope.filter} onClose={() => setAdding(false)} />}
      </header>
      <div className="min-h-0 flex-1">
        {now.error && !now.data ? (
          <Failed error={now.error} onRetry={() => void now.refetch()} />
        ) : now.data ? (
          <WidgetBody
            widget={widget}
            answer={now.data}
            before={before.data}
            height={height - CHROME_PX}
            onChart={keep}
          />
        ) : (
          waiting && <div className="skeleton h-full w-full" aria-hidden="true" />
        )}
      </div>
    </section>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div role="alert" className="flex h-full flex-col items-center justify-center gap-1 px-4 text-center text-label">
      <Icon icon={CircleAlert} size={16} className="text-error" />
      <p className="recorded line-clamp-3 text-fg-2">{problem?.detail || (error as Error).message}</p>
      <button type="button" className="link" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
