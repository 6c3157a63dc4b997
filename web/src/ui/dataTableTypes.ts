/** What the one table is given. */

import type { RowData } from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { Density } from "./preferences";

export interface DataColumn<Row> {
  id: string;
  label: string;
  /** Shown small after the label: `$`, `ms`. */
  unit?: string;
  width: number;
  /** Takes the room that is left. */
  grow?: boolean;
  align?: "right";
  /** The API's name for ordering by this column. */
  order?: string;
  cell: (row: Row) => ReactNode;
}

export interface DataTableProps<Row extends RowData> {
  label: string;
  rows: readonly Row[];
  columns: readonly DataColumn<Row>[];
  getId: (row: Row) => string;
  /** `-cost` is descending. */
  order?: string;
  onOrder?: (order: string) => void;
  activeId?: string;
  onOpen?: (row: Row, event: { newTab: boolean }) => void;
  checked?: ReadonlySet<string>;
  onCheck?: (ids: ReadonlySet<string>) => void;
  card?: (row: Row) => ReactNode;
  density?: Density;
  onNearEnd?: () => void;
  /** Widths are remembered under this name. */
  storageKey: string;
  footer?: ReactNode;
}
