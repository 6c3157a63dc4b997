/** An estimate on a scale: a dot with its interval. It is drawn beside the numbers, never instead of them. */

import type { Estimate } from "@/api/evaluators";
import { whisker } from "@/domain/evaluators";

export function Whisker({
  estimate,
  tone,
  scale = [0, 1],
  mark,
}: {
  estimate: Estimate | null;
  tone: string;
  scale?: readonly [number, number];
  /** A thin vertical where the fair value is. */
  mark?: number;
}) {
  const place = whisker(estimate, scale);
  const [low, high] = scale;
  return (
    <span aria-hidden="true" className="relative my-0.5 block h-2 w-full bg-n2">
      {mark !== undefined && (
        <span
          className="absolute -top-0.5 h-3 w-px bg-fg-3"
          style={{ left: `${(100 * (mark - low)) / (high - low)}%` }}
        />
      )}
      {place && (
        <>
          <span
            className="absolute top-[3px] h-[2px]"
            style={{ left: `${place.left}%`, width: `${place.width}%`, background: tone }}
          />
          <span
            className="absolute top-0 size-2 -translate-x-1/2 rounded-full"
            style={{ left: `${place.dot}%`, background: tone }}
          />
        </>
      )}
    </span>
  );
}
