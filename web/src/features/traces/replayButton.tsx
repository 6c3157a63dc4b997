/** Replays the generations of the filtered traces with a change. */

import { Repeat } from "lucide-react";
import { useState } from "react";
import type { ListQuery } from "@/api/traces";
import { ReplayDialog } from "@/features/playground/replayDialog";
import { Button } from "@/ui/controls";

export function ReplayButton({ query }: { query: ListQuery }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button square icon={Repeat} aria-label="Replay what is filtered" onClick={() => setOpen(true)} />
      {open && (
        <ReplayDialog
          what={{ filter: query.filter, from: query.from, to: query.to || undefined }}
          about="every generation that the filter and the time range match"
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
