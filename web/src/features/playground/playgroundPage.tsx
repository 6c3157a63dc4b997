/** The playground: panes side by side, each a question to a model. Restored from a generation or a prompt where the address says so. */

import { useQuery } from "@tanstack/react-query";
import { FlaskConical, Play, Plus, Table2 } from "lucide-react";
import { useEffect, useState } from "react";
import { connectionsQuery, draftQuery, restoreQuery } from "@/api/playground";
import { EMPTY_PANE, type Pane, unpacked } from "@/domain/panes";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button } from "@/ui/controls";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { PaneColumn } from "./paneColumn";
import { TableDialog } from "./tableDialog";
import { usePanesInAddress } from "./usePanesInAddress";

const MOST_PANES = 4;

interface Column {
  key: number;
  pane: Pane;
}

export default function PlaygroundPage() {
  const [search] = useAddress();
  const [traceId, spanId] = [search.with ?? "", search.span ?? ""];
  const connections = useQuery(connectionsQuery());
  const named = unpacked(search.panes ?? "");
  const draft = useQuery(draftQuery(named ? "" : (search.draft ?? "")));
  const kept = named ?? draft.data?.panes ?? null;
  const restored = useQuery({
    ...restoreQuery(traceId, spanId),
    enabled: kept === null && !draft.isEnabled && traceId !== "" && spanId !== "",
  });
  const pending = [restored, draft].some((query) => query.isEnabled && !query.data);
  const waiting = useLate(connections.isPending || pending);
  const failed = [restored, draft].find((query) => query.error);
  if (failed) return <Failed error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!connections.data || pending)
    return (
      <>
        <PageHeader title="Playground" timeless />
        {waiting && <SkeletonRows />}
        {connections.error && (
          <Problem error={connections.error} what="The connections" onRetry={() => void connections.refetch()} />
        )}
      </>
    );
  const chosen = search.q && search.view ? { name: search.q, version: Number(search.view) } : null;
  const wanted = restored.data?.provider ?? "";
  const connection = connections.data.find((one) => one.provider === wanted) ?? connections.data[0];
  const first: Pane = restored.data
    ? { ...restored.data.pane, connection: connection?.name ?? "" }
    : {
        ...EMPTY_PANE,
        connection: connection?.name ?? "",
        prompt: chosen,
        messages: chosen ? EMPTY_PANE.messages.slice(1) : EMPTY_PANE.messages,
      };
  if (connections.data.length === 0)
    return (
      <>
        <PageHeader title="Playground" timeless />
        <Empty icon={FlaskConical} title="No model connection yet">
          The playground asks models through connections.{" "}
          <a className="link underline" href="/settings/models">
            Add one under Settings, Models
          </a>
          .
        </Empty>
      </>
    );
  return <Bench key={`${traceId}/${spanId}/${search.q ?? ""}/${search.view ?? ""}`} first={kept ?? [first]} />;
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <>
      <PageHeader title="Playground" timeless />
      <Problem error={error} what="The generation" onRetry={onRetry} />
    </>
  );
}

function Bench({ first }: { first: readonly Pane[] }) {
  const [columns, setColumns] = useState<Column[]>(() => first.map((pane, key) => ({ key, pane })));
  const [next, setNext] = useState(first.length);
  // Counts up when all panes are to be asked; each pane asks when it sees it grow.
  const [round, setRound] = useState(0);
  const [tabling, setTabling] = useState(false);
  const address = usePanesInAddress();
  const change = (changed: Column[]) => {
    setColumns(changed);
    address.keep(changed.map((column) => column.pane));
  };
  const add = () => {
    const last = columns.at(-1)?.pane ?? EMPTY_PANE;
    change([...columns, { key: next, pane: structuredClone(last) }]);
    setNext(next + 1);
  };
  const set = (key: number, pane: Pane) =>
    change(columns.map((column) => (column.key === key ? { key, pane } : column)));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setRound((old) => old + 1);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <PageHeader
        title="Playground"
        timeless
        actions={
          <>
            <Button icon={Table2} onClick={() => setTabling(true)} className="max-wide:hidden">
              Run over cases
            </Button>
            <Button icon={Plus} onClick={add} disabled={columns.length >= MOST_PANES} className="max-wide:hidden">
              Add pane
            </Button>
            <Button look="primary" icon={Play} onClick={() => setRound(round + 1)} title="Ask all panes (Ctrl Enter)">
              Run all
            </Button>
          </>
        }
      />
      <div className="flex min-h-0 flex-1 overflow-x-auto max-wide:flex-col max-wide:overflow-y-auto">
        {columns.map((column, place) => (
          <PaneColumn
            key={column.key}
            title={`Pane ${place + 1}`}
            pane={column.pane}
            round={round}
            onChange={(pane) => set(column.key, pane)}
            onRemove={columns.length > 1 ? () => change(columns.filter((each) => each.key !== column.key)) : undefined}
          />
        ))}
      </div>
      {tabling && <TableDialog panes={columns.map((column) => column.pane)} onClose={() => setTabling(false)} />}
    </>
  );
}
