/** Spans in brief as they are written: what has its usual value is left out, and filled in here. */

import { parseTime } from "@/domain/format";
import type { BriefSpan, Kind, Outcome, WrittenSpan } from "./types";

const USUAL: BriefSpan = {
  span_id: "",
  parent_span_id: "",
  display_parent_id: "",
  name: "",
  kind: "span",
  duration: null,
  ttft: null,
  outcome: "success",
  status_message: "",
  model: "",
  cost: null,
  tool_name: "",
  agent_name: "",
  document_count: 0,
  folded: false,
  counted: true,
  start_time: "",
  end_time: null,
  first_token_time: null,
  input_preview: "",
  output_preview: "",
};

export function filledSpan(written: WrittenSpan): BriefSpan {
  const { ttft, start_time } = written;
  return {
    ...USUAL,
    ...written,
    kind: (written.kind || USUAL.kind) as Kind,
    outcome: (written.outcome || USUAL.outcome) as Outcome,
    end_time: written.end_time || null,
    first_token_time:
      typeof ttft === "number" && start_time ? new Date(parseTime(start_time) + ttft).toISOString() : null,
  };
}
