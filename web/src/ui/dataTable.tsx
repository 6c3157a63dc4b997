/**
 * The one table: sortable, resizable, choosable columns over virtual rows, with cards on a narrow screen.
 * It draws rows that somebody else loaded; sorting is asked for, not done here.
 */

import {
  type ColumnDef,
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  type RowData,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useEffect, useMemo, useRef, useState } from "react";
import { cx } from "./classes";
import { Checkbox } from "./controls";
import { HeaderCell, HeaderCheck } from "./dataTableHeader";
import type { DataColumn, DataTableProps } from "./dataTableTypes";
import { useNarrow } from "./hooks";
import { ROW_HEIGHT } from "./preferences";

export type { DataColumn, DataTableProps };

const features = tableFeatures({
  columnVisibilityFeature,
  columnOrderingFeature,
  columnSizingFeature,
  columnResizingFeature,
});
const CARD_HEIGHT = 60;
/** So few rows below what is drawn (which is more than what is seen) ask for the next page. */
const NEXT_PAGE_ROWS = 6;

function storedWidths(key: string): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(`pellucid.widths.${key}`) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}

function storeWidths(key: string, widths: Record<string, number>): void {
  try {
    localStorage.setItem(`pellucid.widths.${key}`, JSON.stringify(widths));
  } catch {
    // Storage may be forbidden; the widths then last as long as the page.
  }
}

export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { rows, columns, getId, activeId, onNearEnd, storageKey, density = "normal" } = props;
  const narrow = useNarrow() && props.card !== undefined;
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState(() => storedWidths(storageKey));
  useEffect(() => storeWidths(storageKey, widths), [widths, storageKey]);

  const defs = useMemo<ColumnDef<typeof features, Row>[]>(
    () => columns.map(({ id, width }) => ({ id, size: width, minSize: 40 })),
    [columns],
  );
  const table = useTable({
    features,
    columns: defs,
    data: rows,
    getRowId: getId,
    columnResizeMode: "onChange",
    state: { columnSizing: widths },
    onColumnSizingChange: (update) => setWidths((old) => (typeof update === "function" ? update(old) : update)),
  });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  const height = narrow ? CARD_HEIGHT : ROW_HEIGHT[density];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    getItemKey: (index) => (rows[index] === undefined ? index : getId(rows[index])),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row height is what must be measured
  useEffect(() => virtual.measure(), [height]);

  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEXT_PAGE_ROWS) onNearEnd?.();
  }, [last, rows.length, onNearEnd]);

  const activeIndex = activeId ? rows.findIndex((row) => getId(row) === activeId) : -1;
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, virtual]);

  const template = columns
    .map((column) => {
      const width = table.getColumn(column.id)?.getSize() ?? column.width;
      return column.grow
        ? `minmax(${Math.min(width, 160)}px, ${widths[column.id] ? `${width}px` : "1fr"})`
        : `${width}px`;
    })
    .join(" ");
  const grid: CSSProperties = { gridTemplateColumns: `${props.onCheck ? "28px " : ""}${template}` };
  const minWidth = columns.reduce(
    (sum, column) => sum + (column.grow ? 160 : (widths[column.id] ?? column.width)),
    props.onCheck ? 28 : 0,
  );

  return (
    <div
      ref={scroller}
      className="relative min-h-0 flex-1 overflow-auto [contain:strict]"
      tabIndex={0}
      role="region"
      aria-label={`${props.label}, scrolling`}
    >
      <div
        role="table"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        style={{ minWidth: narrow ? 0 : minWidth }}
      >
        <div role="rowgroup" className={cx("sticky top-0 z-2 bg-bg", narrow && "sr-only")}>
          <div
            role="row"
            aria-rowindex={1}
            className="grid h-7 items-center border-b border-line px-3 text-label font-medium text-fg-3"
            style={grid}
          >
            {props.onCheck && <HeaderCheck {...props} />}
            {headers.map((header) => {
              const column = byId.get(header.column.id);
              if (!column) return null;
              return (
                <HeaderCell
                  key={column.id}
                  column={column}
                  order={props.order}
                  onOrder={props.onOrder}
                  onResize={header.getResizeHandler()}
                  onStep={(by) =>
                    setWidths((old) => ({ ...old, [column.id]: Math.max(40, (old[column.id] ?? column.width) + by) }))
                  }
                />
              );
            })}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <BodyRow
                key={item.key}
                {...props}
                row={row}
                index={item.index}
                narrow={narrow}
                style={{ ...(narrow ? {} : grid), height, transform: `translateY(${item.start}px)` }}
              />
            );
          })}
        </div>
      </div>
      {props.footer}
    </div>
  );
}

function BodyRow<Row extends RowData>({
  row,
  index,
  columns,
  getId,
  activeId,
  checked,
  onCheck,
  onOpen,
  card,
  narrow,
  style,
}: DataTableProps<Row> & { row: Row; index: number; narrow: boolean; style: CSSProperties }) {
  const id = getId(row);
  const active = id === activeId;
  const picked = checked?.has(id) ?? false;
  const pick = (on: boolean) => {
    const next = new Set(checked);
    if (on) next.add(id);
    else next.delete(id);
    onCheck?.(next);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active || picked || undefined}
      tabIndex={-1}
      data-id={id}
      onClick={(event) => {
        const target = event.target as HTMLElement;
        if (target.closest("button,input")) return;
        if (target.closest("a") && (event.metaKey || event.ctrlKey || event.shiftKey)) return;
        event.preventDefault();
        onOpen?.(row, { newTab: event.metaKey || event.ctrlKey });
      }}
      className={cx(
        "group absolute top-0 left-0 w-full border-b border-grid px-3 text-label",
        narrow ? "block" : "grid items-center",
        onOpen && "cursor-pointer",
        active ? "bg-accent-soft shadow-[inset_2px_0_0_var(--accent)]" : picked ? "bg-accent-softer" : "hover:bg-hover",
      )}
      style={style}
    >
      {narrow && card ? (
        <div role="cell" className="h-full">
          {card(row)}
        </div>
      ) : (
        <>
          {onCheck && (
            <span
              role="cell"
              className={cx("flex", !picked && "opacity-0 group-hover:opacity-100 focus-within:opacity-100")}
            >
              <Checkbox label={`Select row ${index + 1}`} checked={picked} onChange={pick} />
            </span>
          )}
          {columns.map((column) => (
            <div key={column.id} role="cell" className={cx("cut px-1.5", column.align === "right" && "num")}>
              {column.cell(row)}
            </div>
          ))}
        </>
      )}
    </div>
  );
}
