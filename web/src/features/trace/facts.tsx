/** The line of facts above a trace. */

import { Link } from "@tanstack/react-router";
import type { TraceDetail } from "@/api/types";
import { tokenTotals } from "@/domain/cost";
import { quote } from "@/domain/filterText";
import { formatCount, formatDuration } from "@/domain/format";
import { SessionLink, UserLink } from "@/features/people/peopleColumns";
import { Stat } from "@/ui/controls";
import { Age, Clock, Cost } from "@/ui/values";

export function Facts({ detail }: { detail: TraceDetail }) {
  const { trace } = detail;
  const tokens = tokenTotals(trace.usage);
  return (
    <dl className="flex shrink-0 items-center gap-6 overflow-x-auto border-b border-line px-4 py-2.5">
      <Stat label="Started">
        <Clock time={trace.start_time} />{" "}
        <span className="font-normal text-fg-3">
          <Age time={trace.start_time} ago />
        </span>
      </Stat>
      <Stat label="Duration">{trace.duration === null ? "no end yet" : formatDuration(trace.duration)}</Stat>
      {trace.ttft !== null && <Stat label="First token">{formatDuration(trace.ttft)}</Stat>}
      <Line />
      <Stat label="Tokens">
        {tokens.reported ? (
          <>
            {formatCount(tokens.total)}{" "}
            <span className="font-normal text-fg-3">
              {formatCount(tokens.input)} in · {formatCount(tokens.output)} out
            </span>
          </>
        ) : (
          "not reported"
        )}
      </Stat>
      <Stat label="Cost">
        <Cost usd={trace.cost} unpriced={trace.unpriced_count} />
      </Stat>
      {trace.models.length > 0 && (
        <Stat label={trace.models.length > 1 ? "Models" : "Model"}>{trace.models.join(", ")}</Stat>
      )}
      <Line />
      {trace.prompts.map((prompt) => (
        <Stat key={`${prompt.name}${prompt.version}`} label="Prompt">
          <Link
            className="link"
            to="/traces"
            search={(old) => ({ from: old.from, to: old.to, filter: `prompt:${quote(prompt.name ?? "")}` })}
          >
            {prompt.name} @ {prompt.version}
          </Link>
        </Stat>
      ))}
      {trace.fingerprints.length > 0 && (
        <Stat
          label={trace.fingerprints.length > 1 ? "Variants" : "Variant"}
          title="Fingerprints of the rendered system prompts"
        >
          <span className="mono-s">{trace.fingerprints.map((fingerprint) => fingerprint.slice(0, 8)).join(" ")}</span>
        </Stat>
      )}
      {trace.user_id && (
        <Stat label="User">
          <UserLink id={trace.user_id} most={40} className="link" />{" "}
          <span className="font-normal text-fg-3">{trace.user_tier}</span>
        </Stat>
      )}
      {trace.session_id && (
        <Stat label="Session">
          <SessionLink id={trace.session_id} most={40} className="link" />
        </Stat>
      )}
      {trace.release && <Stat label="Release">{trace.release}</Stat>}
      {trace.environment && <Stat label="Environment">{trace.environment}</Stat>}
      {trace.feature && <Stat label="Feature">{trace.feature}</Stat>}
      {trace.tags.length > 0 && <Stat label="Tags">{trace.tags.join(", ")}</Stat>}
    </dl>
  );
}

function Line() {
  return <div aria-hidden="true" className="h-7 w-px shrink-0 bg-line" />;
}
