/** Saves a trace as a file: as the server gives it, with every field of its spans. */

import { download } from "@/api/client";

export function saveTrace(traceId: string): void {
  download(`traces/${encodeURIComponent(traceId)}`, {}, `trace-${traceId}.json`);
}
