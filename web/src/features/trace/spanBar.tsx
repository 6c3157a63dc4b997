/** The bar of one span on a time axis, with the mark of its first token; or its share of the cost. */

import type { BriefSpan } from "@/api/types";
import { barOf, type Extent } from "@/domain/timeAxis";

export function SpanBar({
  span,
  window,
  now,
  height = 6,
}: {
  span: BriefSpan;
  window: Extent;
  now: number;
  height?: number;
}) {
  const bar = barOf(span, window, now);
  if (!bar.visible) return <span className="relative block h-2" />;
  return (
    <span data-kind={span.kind} className="relative block" style={{ height: height + 2 }} aria-hidden="true">
      <i
        className="absolute top-px rounded-[2px] bg-kind"
        style={{
          left: `${Math.min(bar.left, 99.5)}%`,
          width: `max(2px, ${bar.width}%)`,
          height,
          opacity: bar.open ? 0.45 : "var(--bar-alpha)",
        }}
      />
      {bar.mark !== null && (
        <u
          className="absolute -top-px w-[1.5px] bg-fg"
          style={{ left: `${bar.mark}%`, height: height + 4 }}
          title="first token"
        />
      )}
    </span>
  );
}

export function CostBar({ span, cost, total }: { span: BriefSpan; cost: number | undefined; total: number }) {
  if (cost === undefined || total <= 0) return <span className="relative block h-2" />;
  return (
    <span data-kind={span.kind} className="relative block h-2" aria-hidden="true">
      <i
        className="absolute top-px left-0 h-1.5 rounded-[2px] bg-kind opacity-90"
        style={{ width: `max(2px, ${Math.min(100, (100 * cost) / total)}%)` }}
      />
    </span>
  );
}
