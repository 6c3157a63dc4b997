/** From a recorded generation to the bench: open it in the playground, or replay its trace with a change. */

import { Link } from "@tanstack/react-router";
import { FlaskConical, Repeat } from "lucide-react";
import { useState } from "react";
import type { SpanDetail } from "@/api/types";
import { ReplayDialog } from "@/features/playground/replayDialog";
import { Button } from "@/ui/controls";
import { Icon } from "@/ui/icons";

export function BenchActions({ span }: { span: SpanDetail }) {
  const [replaying, setReplaying] = useState(false);
  return (
    <>
      <Link
        to="/playground"
        search={{ with: span.trace_id, span: span.span_id } as never}
        className="inline-flex h-7 items-center gap-1.5 rounded-ctl border border-line-strong bg-control px-2.5 text-label font-medium hover:bg-hover"
      >
        <Icon icon={FlaskConical} size={14} className="text-fg-3" />
        Open in playground
      </Link>
      <Button icon={Repeat} onClick={() => setReplaying(true)}>
        Replay
      </Button>
      {replaying && (
        <ReplayDialog
          what={{ trace_ids: [span.trace_id] }}
          about="this trace, with recorded tool results in place of the tools"
          prompt={span.prompt?.name ?? ""}
          onClose={() => setReplaying(false)}
        />
      )}
    </>
  );
}
