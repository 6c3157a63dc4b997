/** Saves what the page knows of a trace as a file. */

import type { TraceDetail } from "@/api/types";
import { saveFile } from "@/ui/saveFile";

export function saveTrace(detail: TraceDetail): void {
  const content = new Blob([JSON.stringify(detail, null, 2)], { type: "application/json" });
  saveFile(`trace-${detail.trace.trace_id}.json`, content);
}
