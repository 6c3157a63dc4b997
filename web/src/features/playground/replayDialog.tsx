/** Replaying what was recorded with another prompt version, model or parameters, in the background. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { connectionsQuery, type ReplayBody, startReplay } from "@/api/playground";
import { promptChoicesQuery, promptQuery } from "@/api/prompts";
import { Button, Select, TextInput } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { complain } from "@/ui/toasts";

export interface ReplayDialogProps {
  what: Pick<ReplayBody, "trace_ids" | "filter" | "from" | "to">;
  /** What is replayed, in words behind "Asks again". */
  about: string;
  /** The prompt whose versions are offered first. */
  prompt?: string;
  onClose: () => void;
}

export function ReplayDialog({ what, about, prompt = "", onClose }: ReplayDialogProps) {
  const { data: connections = [] } = useQuery(connectionsQuery());
  const { data: prompts = [] } = useQuery(promptChoicesQuery());
  const [chosen, setChosen] = useState("");
  const [model, setModel] = useState("");
  const [name, setName] = useState(prompt);
  const [version, setVersion] = useState("");
  const [limit, setLimit] = useState("200");
  const record = useQuery({ ...promptQuery(name), enabled: name !== "" });
  const versions = record.data?.versions ?? [];
  const navigate = useNavigate();
  const connection = connections.find((one) => one.name === chosen) ?? connections[0];
  const start = useMutation({
    mutationFn: startReplay,
    onSuccess: ({ run_id }) => void navigate({ to: "/runs/$runId", params: { runId: run_id } } as never),
    onError: (error) => complain(error, "Not started"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changed = name && version ? { name, version: Number(version) } : null;
    const words = [changed && `${changed.name} v${changed.version}`, model.trim()].filter(Boolean).join(", ");
    start.mutate({
      ...what,
      ...(what.filter === undefined ? {} : { limit: Number(limit) || 200 }),
      title: `Replay with ${words || "nothing changed"}`,
      change: { connection: connection?.name ?? "", model: model.trim(), prompt: changed },
    });
  };
  if (connections.length === 0)
    return (
      <Dialog open onOpenChange={onClose} title="Replay">
        <p className="text-label text-fg-2">
          A replay asks a model, and there is no model connection yet. Add one under Settings, Models.
        </p>
      </Dialog>
    );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Replay"
      description={`Asks again ${about}, and compares with what was recorded.`}
    >
      <form onSubmit={submit} className="flex flex-col gap-3 text-label">
        <Line label="Connection">
          <Select value={connection?.name ?? ""} options={connections.map((one) => one.name)} onChange={setChosen} />
        </Line>
        <Line label="Model; empty: the recorded one">
          <TextInput
            value={model}
            onChange={(event) => setModel(event.target.value)}
            className="mono"
            list="replay-models"
          />
          <datalist id="replay-models">
            {(connection?.models ?? []).map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </Line>
        <Line label="Prompt">
          <span className="flex gap-2">
            <Select
              value={name}
              options={[["", "the recorded one"] as const, ...prompts.map((each) => [each.name, each.name] as const)]}
              onChange={(next) => {
                setName(next);
                setVersion("");
              }}
            />
            {name && (
              <Select
                label="Version"
                value={version}
                options={[
                  ["", "the recorded version"] as const,
                  ...versions.map((each) => [String(each.version), `v${each.version}`] as const),
                ]}
                onChange={setVersion}
              />
            )}
          </span>
        </Line>
        {what.filter !== undefined && (
          <Line label="At most so many generations, the newest first">
            <TextInput
              inputMode="numeric"
              value={limit}
              onChange={(event) => setLimit(event.target.value)}
              className="num w-24"
            />
          </Line>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={start.isPending}>
            Replay
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <label className="flex flex-col gap-1">
      {label}
      {children}
    </label>
  );
}
