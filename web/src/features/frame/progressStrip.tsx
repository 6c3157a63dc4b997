/** Long work that goes on, on every page: what it is, how far it is. It goes away by itself. */

import { useQuery } from "@tanstack/react-query";
import { progressQuery } from "@/api/progress";
import { formatShare } from "@/domain/format";

export function ProgressStrip() {
  const { data = [] } = useQuery(progressQuery());
  if (data.length === 0) return null;
  return (
    <div role="status" className="flex flex-wrap gap-x-6 gap-y-1 border-b border-line px-4 py-1.5 text-label">
      {data.map((work) => (
        <div key={work.name} className="flex min-w-48 max-w-96 flex-1 items-center gap-2">
          <span className="truncate">{work.title}</span>
          <progress
            className="h-1 min-w-12 flex-1 accent-accent"
            aria-label={work.title}
            value={work.done}
            max={work.total}
          />
          <span className="tabular-nums text-fg-2">{formatShare(work.done, work.total)}</span>
        </div>
      ))}
    </div>
  );
}
