/** What happened in an incident, whom it was told, and notes. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { actOnIncident, channelsQuery, type IncidentFile } from "@/api/monitors";
import { Badge, Button, TextInput } from "@/ui/controls";
import { complain } from "@/ui/toasts";
import { Clock } from "@/ui/values";
import { actorName } from "./parts";

interface Line {
  id: string;
  time: string;
  kind: string;
  text: string;
}

export function IncidentHistory({ incident }: { incident: IncidentFile }) {
  const { data: channels = [] } = useQuery(channelsQuery());
  const names = new Map(channels.map(({ id, name }) => [id, name]));
  const lines: Line[] = [
    ...incident.entries.map(({ id, time, kind, actor, text }) => ({
      id,
      time,
      kind,
      text: [actor === "monitors" ? "" : actorName(actor), text].filter(Boolean).join(": "),
    })),
    ...incident.notifications.map((one) => ({
      id: one.id,
      time: one.sent_time ?? one.created_time,
      kind: one.state === "sent" ? "told" : one.state,
      text: `${names.get(one.channel_id) ?? "A deleted channel"}, ${one.event}${one.error ? `: ${one.error}` : ""}`,
    })),
  ].sort((a, b) => a.time.localeCompare(b.time));
  return (
    <section>
      <h2 className="mb-2">History</h2>
      <ol aria-label="History">
        {lines.map((line) => (
          <li key={line.id} className="flex flex-wrap items-center gap-x-3 border-b border-grid py-1.5 text-label">
            <span className="w-52 shrink-0 text-fg-2">
              <Clock time={line.time} clock="full" />
            </span>
            <span className="w-24">
              <Badge>{line.kind}</Badge>
            </span>
            <span className="recorded min-w-0 flex-1 whitespace-pre-wrap">{line.text}</span>
          </li>
        ))}
      </ol>
      <Note id={incident.id} />
    </section>
  );
}

function Note({ id }: { id: string }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const write = useMutation({
    mutationFn: () => actOnIncident(id, { verb: "notes", body: { text } }),
    onSuccess: () => {
      setText("");
      void client.invalidateQueries({ queryKey: ["incident", id] });
    },
    onError: (error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Write a note" className="mt-3 flex max-w-[640px] gap-2">
      <TextInput
        aria-label="Note"
        className="flex-1"
        placeholder="What did you find?"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={!text.trim() || write.isPending}>
        Add note
      </Button>
    </form>
  );
}
