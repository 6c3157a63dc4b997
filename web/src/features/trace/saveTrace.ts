/** Saves what the page knows of a trace as a file. */

import type { TraceDetail } from "@/api/types";

export function saveTrace(detail: TraceDetail): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(detail, null, 2)], { type: "application/json" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = `trace-${detail.trace.trace_id}.json`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
