/** The messages of a pane: texts are edited, everything else (tool calls, results, media) is shown as it was recorded. */

import { Plus, Trash2 } from "lucide-react";
import { type Pane, type PaneMessage, plainText, said } from "@/domain/panes";
import { Button, Select } from "@/ui/controls";

const ROLES = ["system", "user", "assistant", "tool"] as const;

export function PaneMessages({ pane, onChange }: { pane: Pane; onChange: (pane: Pane) => void }) {
  const set = (place: number, message: PaneMessage) =>
    onChange({ ...pane, messages: pane.messages.map((old, at) => (at === place ? message : old)) });
  const remove = (place: number) => onChange({ ...pane, messages: pane.messages.filter((_, at) => at !== place) });
  return (
    <div className="flex flex-col gap-2">
      {pane.messages.map((message, place) => (
        <Editor
          key={place}
          place={place}
          message={message}
          onChange={(next) => set(place, next)}
          onRemove={() => remove(place)}
        />
      ))}
      <Button
        look="ghost"
        icon={Plus}
        className="self-start"
        onClick={() => onChange({ ...pane, messages: [...pane.messages, said("user", "")] })}
      >
        Add message
      </Button>
    </div>
  );
}

function Editor({
  place,
  message,
  onChange,
  onRemove,
}: {
  place: number;
  message: PaneMessage;
  onChange: (message: PaneMessage) => void;
  onRemove: () => void;
}) {
  const text = plainText(message);
  const name = `message ${place + 1}`;
  return (
    <div className="rounded-ctl border border-line">
      <div className="flex h-8 items-center gap-2 border-b border-line px-1.5">
        <Select
          label={`Role of ${name}`}
          className="border-transparent bg-transparent"
          value={message.role}
          options={ROLES}
          onChange={(role) => onChange({ ...message, role })}
        />
        <span className="flex-1" />
        <Button look="ghost" square icon={Trash2} aria-label={`Remove ${name}`} onClick={onRemove} />
      </div>
      {text === null ? (
        <pre className="mono-s recorded max-h-48 overflow-auto p-2 whitespace-pre-wrap text-fg-2">
          {JSON.stringify(message.parts, null, 2)}
        </pre>
      ) : (
        <textarea
          aria-label={`Text of ${name}`}
          rows={Math.min(14, Math.max(2, text.split("\n").length + 1))}
          value={text}
          placeholder="Text, with {{variables}}"
          onChange={(event) => onChange(said(message.role, event.target.value))}
          className="block w-full resize-y bg-transparent p-2 text-body outline-none"
        />
      )}
    </div>
  );
}
