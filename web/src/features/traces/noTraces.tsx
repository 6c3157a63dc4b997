/** An empty list teaches: why it is empty, and one thing to do. */

import { Link } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { Button } from "@/ui/controls";
import { Empty } from "@/ui/states";

export function NoTraces({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <Empty icon={ListTree} title="No trace matches">
        <p className="mb-3">Nothing in this time range fits the filter. Widen the time, or take a term away.</p>
        <Button onClick={onClear}>Clear the filter</Button>
      </Empty>
    );
  }
  return (
    <Empty icon={ListTree} title="No traces in this time range">
      <p>
        A trace is everything that one request did: its model calls, tools and retrievals. Point any OpenTelemetry
        exporter here, or start the sample:
      </p>
      <p className="mono my-3 rounded-ctl border border-line bg-code px-3 py-1.5">pellucid demo</p>
      <Link to="/welcome" className="link">
        Send the first trace
      </Link>
    </Empty>
  );
}
