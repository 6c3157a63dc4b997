/** The state of the live tail: how many came, how many wait, and the pause. */

import { Pause, Play } from "lucide-react";
import { formatCount } from "@/domain/format";
import { Button } from "@/ui/controls";
import type { Live } from "./useLive";

export function LiveLine({ live, paused, onPause }: { live: Live; paused: boolean; onPause: () => void }) {
  return (
    <div
      role="status"
      className="flex h-8 shrink-0 items-center gap-2 border-t border-line bg-accent-softer px-3 text-label text-fg-2"
    >
      <span
        aria-hidden="true"
        className={
          live.connected && !paused ? "size-2 animate-pulse rounded-full bg-accent" : "size-2 rounded-full bg-mark"
        }
      />
      {live.connected
        ? paused
          ? `Paused, ${formatCount(live.waiting)} waiting`
          : `Live: ${formatCount(live.seen)} since you opened it`
        : "Connecting to the live tail"}
      <Button look="ghost" icon={paused ? Play : Pause} onClick={onPause} className="h-6">
        {paused ? "Go on" : "Pause"}
      </Button>
    </div>
  );
}
