/** What stands beside the filter: saved views, columns, density, export, live tail. */

import { Check, Columns3, Download, Radio, Rows3 } from "lucide-react";
import { download } from "@/api/client";
import type { ListQuery } from "@/api/traces";
import type { TraceRow } from "@/api/types";
import { Button, Checkbox } from "@/ui/controls";
import type { DataColumn } from "@/ui/dataTable";
import { Icon } from "@/ui/icons";
import { Menu, MenuItem, MenuLabel, Popover } from "@/ui/overlays";
import { type Density, ROW_HEIGHT, usePreference } from "@/ui/preferences";

export function ColumnsButton({
  all,
  chosen,
  onChange,
}: {
  all: readonly DataColumn<TraceRow>[];
  chosen: readonly DataColumn<TraceRow>[];
  onChange: (ids: string[] | null) => void;
}) {
  const ids = chosen.map((column) => column.id);
  const toggle = (id: string) => onChange(ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]);
  const move = (id: string, step: -1 | 1) => {
    const at = ids.indexOf(id);
    const to = at + step;
    if (at < 0 || to < 0 || to >= ids.length) return;
    const next = [...ids];
    next.splice(at, 1);
    next.splice(to, 0, id);
    onChange(next);
  };
  const rows = [...chosen, ...all.filter((column) => !ids.includes(column.id))];
  return (
    <Popover
      label="Columns"
      className="max-h-[70vh] w-[240px] overflow-y-auto p-2"
      trigger={
        <Button icon={Columns3} aria-label={`Columns ${chosen.length} shown`}>
          <span className="max-broad:hidden">
            Columns <span className="font-normal text-fg-3">{chosen.length}</span>
          </span>
        </Button>
      }
    >
      {rows.map((column) => {
        const name = column.label || "Outcome";
        const on = ids.includes(column.id);
        return (
          <div key={column.id} className="group flex h-7 items-center gap-2 rounded-bar px-1 text-label hover:bg-hover">
            <Checkbox label={name} checked={on} onChange={() => toggle(column.id)} />
            <span className="cut flex-1">{name}</span>
            {on && (
              <span className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
                <button
                  type="button"
                  aria-label={`Move ${name} left`}
                  className="rounded px-1 text-fg-3 hover:text-fg"
                  onClick={() => move(column.id, -1)}
                >
                  ↑
                </button>
                <button
                  type="button"
                  aria-label={`Move ${name} right`}
                  className="rounded px-1 text-fg-3 hover:text-fg"
                  onClick={() => move(column.id, 1)}
                >
                  ↓
                </button>
              </span>
            )}
          </div>
        );
      })}
      <Button look="ghost" className="mt-1 w-full" onClick={() => onChange(null)}>
        Back to the first choice
      </Button>
    </Popover>
  );
}

export function DensityButton() {
  const [density, setDensity] = usePreference("density");
  const options: Density[] = ["compact", "normal", "roomy"];
  return (
    <Menu
      trigger={
        <Button icon={Rows3} aria-label={`Row height ${ROW_HEIGHT[density]} px`}>
          <span className="max-broad:hidden">{ROW_HEIGHT[density]} px</span>
        </Button>
      }
    >
      {options.map((option) => (
        <MenuItem
          key={option}
          onSelect={() => setDensity(option)}
          hint={option === density ? <Icon icon={Check} size={14} /> : `${ROW_HEIGHT[option]} px`}
        >
          {option.charAt(0).toUpperCase() + option.slice(1)}
        </MenuItem>
      ))}
    </Menu>
  );
}

const FORMATS = ["jsonl", "csv", "parquet"] as const;

export function exportSpans(query: ListQuery, format: (typeof FORMATS)[number]): void {
  download("exports/spans", { filter: query.filter, from: query.from, to: query.to, format }, `spans.${format}`);
}

export function ExportButton({ query }: { query: ListQuery }) {
  return (
    <Menu trigger={<Button square icon={Download} aria-label="Export what is filtered" />}>
      <MenuLabel>Spans of the filtered traces, at most 100,000</MenuLabel>
      {FORMATS.map((format) => (
        <MenuItem key={format} onSelect={() => exportSpans(query, format)}>
          {format.toUpperCase()}
        </MenuItem>
      ))}
    </Menu>
  );
}

export function LiveButton({ on, connected, onToggle }: { on: boolean; connected: boolean; onToggle: () => void }) {
  return (
    <Button
      icon={Radio}
      aria-pressed={on}
      aria-label={on ? "Stop the live tail" : "Follow new traces live"}
      onClick={onToggle}
      className={on ? "border-accent-line bg-accent-soft text-accent-fg" : ""}
    >
      <span className="max-broad:hidden">{on ? (connected ? "Live" : "Connecting") : "Live"}</span>
    </Button>
  );
}
