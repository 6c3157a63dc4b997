/** The answer of a pane while it comes and when it is whole: text, tool calls, and what it cost. */

import { Link } from "@tanstack/react-router";
import { ApiProblem } from "@/api/client";
import type { Answer } from "@/api/playground";
import { formatCount, formatDuration } from "@/domain/format";
import { Badge } from "@/ui/controls";
import { Cost } from "@/ui/values";
import type { Asking } from "./useAsk";

export function PaneAnswer({ asking }: { asking: Asking }) {
  const { busy, text, reasoning, calls, answer, error } = asking;
  if (!busy && !text && !answer && !error && calls.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 border-t border-line bg-sunken p-3" aria-live="polite" aria-busy={busy}>
      {reasoning && (
        <details className="text-label text-fg-2">
          <summary>Reasoning</summary>
          <p className="recorded whitespace-pre-wrap">{reasoning}</p>
        </details>
      )}
      <p className="recorded whitespace-pre-wrap">
        {text}
        {busy && <span className="text-fg-3"> …</span>}
      </p>
      {calls.map((call) => (
        <pre key={call.id} className="mono-s recorded overflow-auto rounded-ctl border border-line p-2">
          {call.name}({JSON.stringify(call.arguments, null, 1)})
        </pre>
      ))}
      {error !== null && (
        <p role="alert" className="recorded text-label text-error">
          {error instanceof ApiProblem ? `${error.message}. ${error.detail}` : String(error)}
        </p>
      )}
      {answer && <Facts answer={answer} />}
    </div>
  );
}

function Facts({ answer }: { answer: Answer }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-label text-fg-2">
      {answer.outcome === "refused" && <Badge tone="refused">refused</Badge>}
      {answer.finish_reason === "length" && <Badge tone="warn">cut at the token limit</Badge>}
      {answer.ignored.length > 0 && (
        <Badge tone="warn" title="The provider does not have these parameters; they were not sent.">
          ignored: {answer.ignored.join(", ")}
        </Badge>
      )}
      <Cost usd={answer.cost_total} />
      <span>{formatDuration(answer.duration_ms)}</span>
      {answer.ttft_ms !== null && <span>first token {formatDuration(answer.ttft_ms)}</span>}
      <span>
        {formatCount(answer.input_tokens)} in, {formatCount(answer.output_tokens)} out
      </span>
      <span className="mono-s recorded cut">{answer.model}</span>
      <Link
        to="/traces/$traceId"
        params={{ traceId: answer.trace_id }}
        search={{ span: answer.span_id } as never}
        className="link"
      >
        Trace
      </Link>
    </div>
  );
}
