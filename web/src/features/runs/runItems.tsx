/** The items of a run, by state: what went in, what came out, and why it failed. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ItemState, isSettling, type Run, type RunItem, runItemsQuery } from "@/api/runs";
import { formatCount, oneLine } from "@/domain/format";
import { cellsOf, inputText } from "@/domain/runItems";
import { useAddress } from "@/ui/address";
import { Badge, Segments } from "@/ui/controls";

const STATES = [
  { value: "", label: "All" },
  { value: "running", label: "Running" },
  { value: "done", label: "Done" },
  { value: "failed", label: "Failed" },
] as const;

const TONES: Record<ItemState, "plain" | "accent" | "good" | "error"> = {
  waiting: "plain",
  running: "accent",
  done: "good",
  failed: "error",
  skipped: "plain",
};

export function RunItems({ run }: { run: Run }) {
  const [search, patch] = useAddress();
  const state = STATES.find((each) => each.value === search.view)?.value ?? "";
  const active = isSettling(run);
  const { data: items = [] } = useQuery(runItemsQuery(run.id, state, active));
  return (
    <section aria-label="Items" className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 items-center gap-3 px-4 py-2">
        <Segments
          label="State of the items"
          value={state}
          options={STATES}
          onChange={(value) => patch({ view: value || null }, { replace: true })}
        />
        {run.items > items.length && items.length === 500 && (
          <span className="text-label text-fg-3">the first {formatCount(items.length)} are shown</span>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-auto px-4 pb-4">
        <table className="w-full min-w-[760px] text-label">
          <thead className="text-left text-fg-3">
            <tr>
              <th className="w-12 py-1 font-medium">#</th>
              <th className="w-24 py-1 font-medium">State</th>
              <th className="py-1 font-medium">Input</th>
              <th className="py-1 font-medium">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <ItemRow key={item.item_id} item={item} />
            ))}
          </tbody>
        </table>
        {items.length === 0 && <p className="py-4 text-label text-fg-3">No such items.</p>}
      </div>
    </section>
  );
}

function ItemRow({ item }: { item: RunItem }) {
  const cells = cellsOf(item.output);
  return (
    <tr className="border-t border-grid align-top">
      <td className="num py-1.5 pr-3 text-fg-3">{item.item_id + 1}</td>
      <td className="py-1.5">
        <Badge tone={TONES[item.state]}>{item.state}</Badge>
      </td>
      <td className="recorded max-w-72 py-1.5 pr-4 text-fg-2">{oneLine(inputText(item.input), 160)}</td>
      <td className="py-1.5">
        {item.error && <p className="recorded text-error">{item.error}</p>}
        {cells.map((cell) => (
          <div key={cell.key} className="mb-1 flex flex-col gap-0.5">
            {cell.stop && (
              <Badge tone="warn" title={cell.tool}>
                {cell.stop}
              </Badge>
            )}
            {cell.before !== null && <p className="recorded text-fg-3">recorded: {oneLine(cell.before, 240)}</p>}
            <p className="recorded">{oneLine(cell.text, 240)}</p>
            {cell.scores.length > 0 && (
              <span className="flex flex-wrap gap-x-3 gap-y-0.5">
                {cell.scores.map((score) => (
                  <span key={score.name} title={score.why} className="whitespace-nowrap">
                    <span className="recorded text-fg-2">{score.name}</span>{" "}
                    <b className="recorded font-medium">{score.text}</b>
                  </span>
                ))}
              </span>
            )}
            {cell.traceId && (
              <Link
                to="/traces/$traceId"
                params={{ traceId: cell.traceId }}
                search={{ span: cell.spanId } as never}
                className="mono-s link"
              >
                {cell.traceId.slice(0, 8)}…
              </Link>
            )}
          </div>
        ))}
      </td>
    </tr>
  );
}
