/** What can be done with the chosen rows. */

import { useNavigate } from "@tanstack/react-router";
import { ClipboardCopy, Diff, Download, X } from "lucide-react";
import { download } from "@/api/client";
import { carried, type PageSearch } from "@/domain/address";
import { anyOf } from "@/domain/filterText";
import { plural } from "@/domain/format";
import { Button } from "@/ui/controls";
import { notify } from "@/ui/toasts";

const MOST_IDS = 200;

export function BulkBar({
  ids,
  search,
  onClear,
}: {
  ids: ReadonlySet<string>;
  search: PageSearch;
  onClear: () => void;
}) {
  const navigate = useNavigate();
  const list = [...ids];
  const [first, second] = list;
  if (!first) return null;
  const copy = () =>
    void navigator.clipboard.writeText(list.join("\n")).then(() => notify(`${plural(list.length, "trace id")} copied`));
  const filter = `trace_id:${anyOf(list)}`;
  return (
    <div
      role="toolbar"
      aria-label="Chosen traces"
      className="flex h-9 shrink-0 items-center gap-2 overflow-x-auto border-b border-line bg-accent-softer px-3 text-label"
    >
      <b className="font-semibold whitespace-nowrap">{plural(list.length, "trace")} chosen</b>
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
      <Button
        look="ghost"
        icon={Download}
        disabled={list.length > MOST_IDS}
        title={list.length > MOST_IDS ? `At most ${MOST_IDS} by choice; export the filter instead` : undefined}
        onClick={() => download("exports/spans", { filter, from: "-3650d", format: "jsonl" }, "spans.jsonl")}
      >
        Export
      </Button>
      <span className="flex-1" />
      <Button look="ghost" icon={X} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
