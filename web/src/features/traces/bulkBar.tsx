/** What can be done with the chosen rows. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ClipboardCopy, Diff, Download, Gauge, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { download } from "@/api/client";
import { addScores, type NewScore } from "@/api/notes";
import { carried, type PageSearch } from "@/domain/address";
import { anyOf } from "@/domain/filterText";
import { plural } from "@/domain/format";
import { Button, TextInput } from "@/ui/controls";
import { Popover } from "@/ui/overlays";
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
      <ScoreAll ids={list} />
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

const SCORES_A_REQUEST = 100;

/** One score on every chosen trace, sent in parts; what was sent stays when a part fails, and the rest can be sent again. */
function ScoreAll({ ids }: { ids: readonly string[] }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [done, setDone] = useState(0);
  const save = useMutation({
    mutationFn: async (verdict: Pick<NewScore, "type" | "value" | "string_value">) => {
      for (let at = done; at < ids.length; at += SCORES_A_REQUEST) {
        const part = ids.slice(at, at + SCORES_A_REQUEST);
        await addScores(
          part.map((id) => ({ target: "trace", trace_id: id, name: name.trim(), ...verdict, source: "human" })),
        );
        setDone(at + part.length);
      }
    },
    onSuccess: () => {
      notify(`${plural(ids.length, "trace")} scored`);
      setOpen(false);
      setDone(0);
      void client.invalidateQueries({ queryKey: ["traces"] });
    },
    onError: (error) => notify(`${done} of ${ids.length} scored, then: ${error.message}`, { tone: "error" }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = Number(value);
    save.mutate(
      Number.isFinite(number)
        ? { type: "numeric", value: number }
        : { type: "categorical", string_value: value.trim() },
    );
  };
  return (
    <Popover
      label="Score the chosen traces"
      open={open}
      onOpenChange={setOpen}
      align="start"
      trigger={
        <Button look="ghost" icon={Gauge}>
          Score
        </Button>
      }
    >
      <form onSubmit={submit} className="flex items-center gap-2">
        <TextInput
          aria-label="Name of the score"
          placeholder="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          className="w-32"
        />
        <TextInput
          aria-label="Value: a number or a word"
          placeholder="0.8, good, …"
          value={value}
          onChange={(event) => setValue(event.target.value)}
          className="w-28"
        />
        <Button type="submit" look="primary" disabled={!name.trim() || !value.trim() || save.isPending}>
          {save.isPending ? `${done} of ${ids.length}` : `Score ${ids.length}`}
        </Button>
      </form>
    </Popover>
  );
}
