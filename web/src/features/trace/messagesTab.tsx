/** The conversation of a span: what the model was sent, then what it answered. */

import { ChevronDown, History } from "lucide-react";
import { useMemo, useState } from "react";
import type { Message, SpanDetail } from "@/api/types";
import { plural } from "@/domain/format";
import { earlierTurns, pairedResults, resultsById } from "@/domain/messages";
import { Badge, Segments } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { JsonView } from "@/ui/jsonView";
import { MessageView } from "./messageView";

type Mode = "text" | "markdown" | "json";
const MODES = [
  { value: "text", label: "Text" },
  { value: "markdown", label: "Markdown" },
  { value: "json", label: "JSON" },
] as const;

export function MessagesTab({ span }: { span: SpanDetail }) {
  const [mode, setMode] = useState<Mode>("text");
  const [allTurns, setAllTurns] = useState(false);
  const sent = span.messages_in;
  const all = useMemo(() => [...sent, ...span.messages_out], [sent, span.messages_out]);
  const results = useMemo(() => resultsById(all), [all]);
  const paired = useMemo(() => pairedResults(all), [all]);
  const earlier = allTurns ? null : earlierTurns(sent);
  const note = (message: Message) => (message.role === "system" ? <PromptNote span={span} /> : null);
  const view = (message: Message, index: number) => (
    <MessageView
      key={index}
      message={message}
      note={note(message)}
      markdown={mode === "markdown"}
      results={results}
      paired={paired}
    />
  );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-2">
        <Segments label="How messages are shown" value={mode} options={MODES} onChange={setMode} />
        <span className="text-label text-fg-3 max-wide:hidden">{plural(all.length, "message")}</span>
      </div>
      {mode === "json" ? (
        <JsonView value={{ messages_in: sent, messages_out: span.messages_out }} />
      ) : (
        <>
          {sent.map((message, index) => {
            if (earlier && index >= earlier.from && index < earlier.to) {
              return index === earlier.from ? (
                <EarlierTurns key="earlier" count={earlier.to - earlier.from} onOpen={() => setAllTurns(true)} />
              ) : null;
            }
            return view(message, index);
          })}
          {span.messages_out.map((message, index) => (
            <MessageView
              key={`out-${index}`}
              message={message}
              note={
                <>
                  {span.model && <span className="cut">{span.model}</span>}
                  <span>answer</span>
                </>
              }
              markdown={mode === "markdown"}
              results={results}
              paired={paired}
            />
          ))}
          {span.messages_out.length === 0 && span.outcome === "error" && (
            <p className="text-label text-error">No answer: {span.status_message || "the call failed"}</p>
          )}
        </>
      )}
      {span.tools.length > 0 && <OfferedTools span={span} />}
    </div>
  );
}

function PromptNote({ span }: { span: SpanDetail }) {
  return (
    <>
      {span.prompt?.name && (
        <span className="cut">
          {span.prompt.name} @ {span.prompt.version ?? span.prompt.label}
        </span>
      )}
      {span.prompt_fingerprint && (
        <Badge icon={History} title="Fingerprint of the rendered system prompt: equal prompts have equal fingerprints">
          variant {span.prompt_fingerprint.slice(0, 8)}
        </Badge>
      )}
    </>
  );
}

function EarlierTurns({ count, onOpen }: { count: number; onOpen: () => void }) {
  return (
    <button
      type="button"
      className="flex h-7 items-center gap-1.5 rounded pl-3.5 text-label text-fg-3 hover:text-fg"
      onClick={onOpen}
    >
      <Icon icon={ChevronDown} size={12} />
      {plural(count, "earlier message")}
    </button>
  );
}

function OfferedTools({ span }: { span: SpanDetail }) {
  return (
    <details className="text-label">
      <summary className="text-fg-3 hover:text-fg">{plural(span.tools.length, "tool")} offered to the model</summary>
      <ul className="mt-2 flex flex-col gap-2">
        {span.tools.map((tool) => (
          <li key={tool.name} className="rounded-ctl border border-line px-2.5 py-2">
            <b className="recorded font-medium">{tool.name}</b>{" "}
            <span className="recorded text-fg-2">{tool.description}</span>
            {tool.parameters ? <JsonView value={tool.parameters} /> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
