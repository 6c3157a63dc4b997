/** Two panes with a border between them that can be dragged, or moved with the arrow keys. */

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";

const LEAST = 22;
const MOST = 70;

export interface SplitProps {
  /** Percent of the width that the left pane takes. */
  share: number;
  onShare: (share: number) => void;
  label: string;
  left: ReactNode;
  right: ReactNode;
}

export function Split({ share, onShare, label, left, right }: SplitProps) {
  const box = useRef<HTMLDivElement>(null);
  const [moving, setMoving] = useState<number | null>(null);
  const shown = clamp(moving ?? share);
  const at = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    return rect ? clamp((100 * (event.clientX - rect.left)) / rect.width) : share;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    onShare(clamp(share + (event.key === "ArrowRight" ? 2 : -2)));
  };
  return (
    <div ref={box} className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-col" style={{ width: `${shown}%` }}>
        {left}
      </div>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={Math.round(shown)}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        tabIndex={0}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setMoving(at(event));
        }}
        onPointerMove={(event) => moving !== null && setMoving(at(event))}
        onPointerUp={(event) => {
          onShare(at(event));
          setMoving(null);
        }}
        className="relative w-px shrink-0 cursor-col-resize touch-none bg-line after:absolute after:inset-y-0 after:-left-1 after:w-2 hover:bg-accent focus-visible:bg-accent"
      />
      <div className="flex min-w-0 flex-1 flex-col">{right}</div>
    </div>
  );
}

function clamp(share: number): number {
  return Math.min(MOST, Math.max(LEAST, Number.isFinite(share) ? share : 38));
}
