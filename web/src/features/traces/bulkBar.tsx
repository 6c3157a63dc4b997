/** What can be done with the chosen rows. What takes long is a run of the server: it goes on when one leaves the page. */

import { useNavigate } from "@tanstack/react-router";
import { ClipboardCopy, Diff, Download, X } from "lucide-react";
import { download } from "@/api/client";
import type { Chosen } from "@/api/runs";
import type { ListQuery } from "@/api/traces";
import { carried, type PageSearch } from "@/domain/address";
import { anyOf } from "@/domain/filterText";
import { plural } from "@/domain/format";
import { Button } from "@/ui/controls";
import { notify } from "@/ui/toasts";
import { AddToDataset, AddToQueue, DeleteAll, ScoreAll, TagAll } from "./bulkActions";

const MOST_IDS = 200;

export interface BulkBarProps {
  ids: ReadonlySet<string>;
  /** All that the filter finds are meant, not only those that were loaded. */
  whole: boolean;
  /** Given where there are more than the loaded rows, and all of those are chosen. */
  onWhole: (() => void) | undefined;
  query: ListQuery;
  search: PageSearch;
  onClear: () => void;
}

export function BulkBar({ ids, whole, onWhole, query, search, onClear }: BulkBarProps) {
  const navigate = useNavigate();
  const list = [...ids];
  const [first, second] = list;
  if (!first) return null;
  const { filter, from, to } = query;
  const copy = () =>
    void navigator.clipboard.writeText(list.join("\n")).then(() => notify(`${plural(list.length, "trace id")} copied`));
  const exported = whole ? { filter, from, to } : { filter: `trace_id:${anyOf(list)}`, from: "-3650d" };
  const traces: Chosen = whole ? { filter, from, to } : { trace_ids: list };
  const count = whole ? "all" : String(list.length);
  const tooMany = !whole && list.length > MOST_IDS;
  return (
    <div
      role="toolbar"
      aria-label="Chosen traces"
      className="flex h-9 shrink-0 items-center gap-2 overflow-x-auto border-b border-line bg-accent-softer px-3 text-label"
    >
      <b className="font-semibold whitespace-nowrap">
        {whole ? "Every trace that matches chosen" : `${plural(list.length, "trace")} chosen`}
      </b>
      {onWhole && !whole && (
        <button type="button" className="link rounded whitespace-nowrap" onClick={onWhole}>
          Choose every trace that matches
        </button>
      )}
      {!whole && (
        <>
          <Button look="ghost" icon={ClipboardCopy} onClick={copy}>
            Copy ids
          </Button>
          <Button
            look="ghost"
            icon={Diff}
            disabled={list.length !== 2}
            title={list.length === 2 ? undefined : "Choose two traces to compare them"}
            onClick={() =>
              void navigate({
                to: "/compare/$traceId",
                params: { traceId: first },
                search: { ...carried(search), with: second },
              } as never)
            }
          >
            Compare
          </Button>
        </>
      )}
      <ScoreAll traces={traces} count={count} />
      <TagAll traces={traces} count={count} />
      <AddToQueue traces={traces} count={count} />
      <AddToDataset traces={traces} count={count} />
      <Button
        look="ghost"
        icon={Download}
        disabled={tooMany}
        title={tooMany ? `At most ${MOST_IDS} by choice; choose every trace that matches instead` : undefined}
        onClick={() => download("exports/spans", { ...exported, format: "jsonl" }, "spans.jsonl")}
      >
        Export
      </Button>
      <DeleteAll traces={traces} count={count} onStarted={onClear} />
      <span className="flex-1" />
      <Button look="ghost" icon={X} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
