/** JSON with folding and tones over virtual lines. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { type JsonLine, type JsonTone, jsonLines } from "@/domain/json";
import { cx } from "./classes";
import { Icon } from "./icons";
import { Marked } from "./text";

const TONES: Record<JsonTone, string> = {
  key: "text-fg-2",
  string: "text-fg",
  number: "text-accent-fg",
  word: "text-accent-fg",
  mark: "text-fg-3",
};
const INLINE_LINES = 200;

export function JsonView({ value, height = 560 }: { value: unknown; height?: number }) {
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => jsonLines(value, shut), [value, shut]);
  const toggle = (path: string) => {
    const next = new Set(shut);
    if (!next.delete(path)) next.add(path);
    setShut(next);
  };
  if (lines.length <= INLINE_LINES) {
    return (
      <div className="mono recorded">
        {lines.map((line, index) => (
          <Line key={index} line={line} shut={shut} onToggle={toggle} />
        ))}
      </div>
    );
  }
  return <VirtualJson lines={lines} shut={shut} onToggle={toggle} height={height} />;
}

function VirtualJson({
  lines,
  shut,
  onToggle,
  height,
}: {
  lines: JsonLine[];
  shut: ReadonlySet<string>;
  onToggle: (path: string) => void;
  height: number;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 18,
    overscan: 20,
  });
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="JSON"
      className="mono recorded overflow-auto"
      style={{ height: Math.min(height, virtual.getTotalSize()) }}
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return (
            line && (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className="absolute top-0 left-0 w-full"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Line line={line} shut={shut} onToggle={onToggle} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Line({
  line,
  shut,
  onToggle,
}: {
  line: JsonLine;
  shut: ReadonlySet<string>;
  onToggle: (path: string) => void;
}) {
  const { opens } = line;
  return (
    <div className="relative whitespace-pre-wrap" style={{ paddingLeft: 16 + Math.min(line.depth, 40) * 14 }}>
      {opens && (
        <button
          type="button"
          aria-label={shut.has(opens) ? "Unfold" : "Fold"}
          aria-expanded={!shut.has(opens)}
          onClick={() => onToggle(opens)}
          className="absolute top-0.5 inline-flex size-4 items-center justify-center rounded text-fg-3 hover:text-fg"
          style={{ left: Math.min(line.depth, 40) * 14 }}
        >
          <Icon icon={ChevronRight} size={12} className={cx(!shut.has(opens) && "rotate-90")} />
        </button>
      )}
      {line.pieces.map((piece, index) => (
        <span key={index} className={TONES[piece.tone]}>
          <Marked text={piece.text} />
        </span>
      ))}
    </div>
  );
}
