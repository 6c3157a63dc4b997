/** The header of the one table: names, order, widths, and the choice of all rows. */

import type { RowData } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { KeyboardEvent } from "react";
import { cx } from "./classes";
import { Checkbox } from "./controls";
import type { DataColumn, DataTableProps } from "./dataTableTypes";
import { Icon } from "./icons";

export function HeaderCheck<Row extends RowData>({ rows, checked, onCheck, getId }: DataTableProps<Row>) {
  const count = checked?.size ?? 0;
  return (
    <span role="columnheader" aria-label="Selection" className="flex">
      <Checkbox
        label="Select all loaded rows"
        checked={count === 0 ? false : count >= rows.length ? true : "mixed"}
        onChange={(all) => onCheck?.(new Set(all ? rows.map(getId) : []))}
      />
    </span>
  );
}

export function HeaderCell<Row>({
  column,
  order,
  onOrder,
  onResize,
  onStep,
}: {
  column: DataColumn<Row>;
  order?: string;
  onOrder?: (order: string) => void;
  onResize: (event: unknown) => void;
  onStep: (by: number) => void;
}) {
  const sorted =
    column.order && order
      ? order === column.order
        ? "ascending"
        : order === `-${column.order}`
          ? "descending"
          : undefined
      : undefined;
  const text = (
    <>
      <span className="cut">{column.label}</span>
      {column.unit && <span className="font-normal text-fg-3">{column.unit}</span>}
      {sorted && <Icon icon={sorted === "ascending" ? ArrowUp : ArrowDown} size={12} className="text-accent-fg" />}
    </>
  );
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    onStep(event.key === "ArrowRight" ? 16 : -16);
  };
  return (
    <div
      role="columnheader"
      aria-sort={sorted}
      className={cx(
        "group relative flex h-full min-w-0 items-center px-1.5",
        column.align === "right" && "justify-end",
      )}
    >
      {column.order && onOrder ? (
        <button
          type="button"
          className="flex min-w-0 items-center gap-1 rounded hover:text-fg"
          onClick={() => onOrder(sorted === "descending" ? (column.order ?? "") : `-${column.order}`)}
        >
          {text}
        </button>
      ) : (
        <span className="flex min-w-0 items-center gap-1">{text}</span>
      )}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${column.label}`}
        aria-valuenow={column.width}
        tabIndex={0}
        onMouseDown={onResize}
        onTouchStart={onResize}
        onKeyDown={keys}
        className="absolute top-1 right-0 h-5 w-1.5 cursor-col-resize border-r border-transparent group-hover:border-line-strong hover:border-accent focus-visible:border-accent"
      />
    </div>
  );
}
