/** One message: a thin edge in the colour of its role, its parts, tool calls paired with their results. */

import { useQuery } from "@tanstack/react-query";
import { Ban, Brain, ChevronRight, FileQuestion, Image as ImageIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { blobTextQuery } from "@/api/blobs";
import { browserUrl, explained } from "@/api/client";
import type { Message, Part } from "@/api/types";
import { formatCount, plural } from "@/domain/format";
import { asText, parseContainer } from "@/domain/json";
import { wordCount } from "@/domain/messages";
import { blobPath, isSafeAudio, isSafeImage, wholeTextPath } from "@/domain/safeUrl";
import { cx } from "@/ui/classes";
import { Badge, CopyButton } from "@/ui/controls";
import { Icon, KindIcon } from "@/ui/icons";
import { JsonView } from "@/ui/jsonView";
import { Marked, TextBlock } from "@/ui/text";

const EDGES: Record<string, string> = {
  system: "border-l-mark",
  user: "border-l-(--series-5)",
  assistant: "border-l-(--kind-generation)",
  tool: "border-l-(--kind-tool)",
};
const ROLES: Record<string, string> = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

export interface MessageViewProps {
  message: Message;
  note?: ReactNode;
  markdown: boolean;
  results: ReadonlyMap<string, Part>;
  /** Results that a call above already shows. */
  paired: ReadonlySet<string>;
}

export function MessageView({ message, note, markdown, results, paired }: MessageViewProps) {
  const parts = message.parts.filter((part) => !(part.type === "tool_result" && part.id && paired.has(part.id)));
  if (parts.length === 0 && message.parts.length > 0) return null;
  return (
    <article
      aria-label={`${ROLES[message.role] ?? message.role} message`}
      className={cx("group border-l-2 py-2 pl-3", EDGES[message.role] ?? "border-l-line-strong")}
    >
      <header className="mb-1 flex h-5 items-center gap-2 text-label text-fg-3">
        <b className="font-semibold text-fg">{ROLES[message.role] ?? message.role}</b>
        {message.name && <span className="recorded cut">{message.name}</span>}
        {note}
        <span className="flex-1" />
        {message.finish_reason && message.finish_reason !== "stop" && (
          <span
            className={
              message.finish_reason === "refusal" || message.finish_reason === "content_filter" ? "text-refused" : ""
            }
          >
            stop: {message.finish_reason}
          </span>
        )}
        <CopyButton
          text={messageText(message)}
          label="Copy the message"
          className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
        />
      </header>
      <div className="flex flex-col gap-2">
        {parts.length === 0 && <span className="text-label text-fg-3">empty</span>}
        {parts.map((part, index) => (
          <PartView key={index} part={part} markdown={markdown} results={results} />
        ))}
      </div>
    </article>
  );
}

export function messageText(message: Message): string {
  return message.parts
    .map((part) => part.text ?? asText(part.arguments ?? part.result ?? part.raw))
    .filter(Boolean)
    .join("\n");
}

function PartView({ part, markdown, results }: { part: Part; markdown: boolean; results: ReadonlyMap<string, Part> }) {
  switch (part.type) {
    case "text":
      return <Prose text={part.text ?? ""} markdown={markdown} />;
    case "refusal":
      return (
        <div className="flex flex-col items-start gap-1">
          <Badge tone="refused" icon={Ban}>
            refusal
          </Badge>
          <MessageText text={part.text ?? ""} />
        </div>
      );
    case "reasoning":
      return <Reasoning text={part.text ?? ""} />;
    case "tool_call":
      return <ToolCard call={part} result={part.id ? results.get(part.id) : undefined} />;
    case "tool_result":
      return <ToolCard result={part} />;
    case "media":
      return <Media part={part} />;
    default:
      return (
        <details className="text-label text-fg-2">
          <summary className="flex items-center gap-1.5">
            <Icon icon={FileQuestion} size={14} /> a part that nothing here understands
          </summary>
          <JsonView value={part.raw ?? part} />
        </details>
      );
  }
}

/** Text that is a JSON object reads better as one; the text itself stays one click away. */
function Prose({ text, markdown }: { text: string; markdown: boolean }) {
  const value = text.length < 200_000 ? parseContainer(text) : undefined;
  if (value !== undefined && !markdown) return <JsonView value={value} />;
  return <MessageText text={text} markdown={markdown} />;
}

/** A text of which the span may keep the head alone: the rest is fetched when it is opened. */
function MessageText({ text, markdown = false }: { text: string; markdown?: boolean }) {
  const [opened, setOpened] = useState(false);
  const whole = useQuery(blobTextQuery(wholeTextPath(text), opened));
  return (
    <>
      <TextBlock text={whole.data ?? text} markdown={markdown} onOpen={() => setOpened(true)} />
      {whole.isFetching && <p className="text-label text-fg-3">Fetching the whole text…</p>}
      {whole.error && <p className="text-label text-error">The whole text: {explained(whole.error)}</p>}
    </>
  );
}

function Reasoning({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        className="flex h-6 items-center gap-1.5 rounded text-label text-fg-3 hover:text-fg"
        onClick={() => setOpen(!open)}
      >
        <Icon icon={ChevronRight} size={12} className={open ? "rotate-90" : ""} />
        <Icon icon={Brain} size={13} />
        {text ? `Reasoning, ${plural(wordCount(text), "word")}` : "Reasoning, hidden by the provider"}
      </button>
      {open && text && (
        <div className="mt-1 ml-1.5 border-l border-line pl-3 text-fg-2">
          <MessageText text={text} />
        </div>
      )}
    </div>
  );
}

export function ToolCard({ call, result, aside }: { call?: Part; result?: Part; aside?: ReactNode }) {
  const name = call?.name ?? result?.name ?? "tool";
  const failed = result?.is_error === true;
  return (
    <section aria-label={`Tool ${name}`} className="max-w-[960px] overflow-hidden rounded-ctl border border-line">
      <header className="flex h-8 items-center gap-2 border-b border-line px-2.5 text-label">
        <KindIcon kind="tool" />
        <b className="recorded cut font-medium">
          <Marked text={name} />
        </b>
        {failed && <Badge tone="error">failed</Badge>}
        <span className="flex-1" />
        {aside}
        {(call?.id ?? result?.id) && (
          <span className="mono-s cut max-w-[160px] text-fg-3">{call?.id ?? result?.id}</span>
        )}
      </header>
      <div
        className={cx(
          "grid",
          call && result && "wide:grid-cols-2 wide:divide-x wide:divide-line max-wide:divide-y max-wide:divide-line",
        )}
      >
        {call && (
          <div className="min-w-0 px-2.5 py-2">
            <h4 className="mb-0.5 text-micro font-medium text-fg-3">Arguments</h4>
            <Value value={call.arguments} />
          </div>
        )}
        {result && (
          <div className="min-w-0 px-2.5 py-2">
            <h4 className="mb-0.5 text-micro font-medium text-fg-3">Result</h4>
            <Value value={result.result ?? result.text} />
          </div>
        )}
      </div>
    </section>
  );
}

/** Any recorded value: containers as JSON, text that holds one likewise, other text as text. */
export function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined || value === "") return <span className="text-label text-fg-3">none</span>;
  if (typeof value === "string") {
    const inner = value.length < 200_000 ? parseContainer(value) : undefined;
    return inner === undefined ? <TextBlock text={value} mono /> : <JsonView value={inner} />;
  }
  return <JsonView value={value} />;
}

/** Media is shown only from our own blob store, and only as pictures that cannot carry script; all else is named. */
function Media({ part }: { part: Part }) {
  const stored = blobPath(part.uri);
  const path = stored && browserUrl(stored);
  const what = part.modality ?? part.mime_type ?? "media";
  if (path && isSafeImage(part.mime_type)) {
    return (
      <img
        src={path}
        alt={part.name ?? `${what} in the message`}
        loading="lazy"
        className="max-h-[360px] max-w-full self-start rounded-ctl border border-line object-contain"
      />
    );
  }
  if (path && isSafeAudio(part.mime_type)) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: what was recorded has no captions
      <audio controls preload="none" src={path} aria-label={part.name ?? "Sound in the message"} className="h-9" />
    );
  }
  return (
    <div className="flex items-center gap-2 self-start rounded-ctl border border-line px-2.5 py-1.5 text-label text-fg-2">
      <Icon icon={ImageIcon} size={14} className="text-fg-3" />
      <span>{what}</span>
      {part.mime_type && <span className="mono-s text-fg-3">{part.mime_type}</span>}
      {part.uri && !path && (
        <span className="recorded mono-s cut max-w-[40ch] text-fg-3" title="An outside address; it is not loaded">
          {part.uri.slice(0, 120)}
        </span>
      )}
      {path && (
        <a className="link" href={path} download={part.name ?? "media"}>
          download
        </a>
      )}
      {part.text && <span className="text-fg-3">{formatCount(part.text.length)} characters</span>}
    </div>
  );
}
