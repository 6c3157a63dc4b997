/** Values as they are written in cells and facts: age with the absolute time on hover, money, tokens, score. */

import { formatAge, formatAgo, formatAmount, formatClock, formatMoney, parseTime } from "@/domain/format";
import { cx } from "./classes";
import { useNow } from "./hooks";
import { useTimeZone } from "./preferences";

export function Age({ time, ago = false }: { time: string; ago?: boolean }) {
  const now = useNow();
  const zone = useTimeZone();
  const at = parseTime(time);
  return (
    <time dateTime={time} title={formatClock(at, "full", zone)}>
      {ago
        ? formatAgo(at, Math.max(now, Math.min(at, now + 1000)))
        : formatAge(at, Math.max(now, Math.min(at, now + 1000)))}
    </time>
  );
}

export function Clock({ time, clock = "time" }: { time: string; clock?: "time" | "full" | "minute" | "date" }) {
  const zone = useTimeZone();
  const at = parseTime(time);
  return (
    <time dateTime={time} title={formatClock(at, "full", zone)}>
      {formatClock(at, clock, zone)}
    </time>
  );
}

/** An amount; where some calls have no price, it is a lower bound and says so. */
export function Cost({ usd, unpriced = 0, sign = true }: { usd: number | null; unpriced?: number; sign?: boolean }) {
  const text = sign ? formatMoney(usd) : formatAmount(usd);
  if (!unpriced)
    return <span title={usd === null ? "No price is known for this; it is not zero" : `${usd} USD`}>{text}</span>;
  return (
    <span title={`${unpriced} ${unpriced === 1 ? "call has" : "calls have"} no known price; the true cost is higher`}>
      {usd === null ? "unpriced" : `≥ ${text}`}
    </span>
  );
}

const LOW = 0.5;

/** A judged value between 0 and 1: low ones are red and carry a mark, so that colour is never alone. */
export function isLowScore(mean: number | null): boolean {
  return mean !== null && mean >= 0 && mean < LOW;
}

export function ScoreValue({ text, low }: { text: string; low: boolean }) {
  return (
    <span className={cx(low && "text-error")}>
      {text}
      <span aria-hidden="true" className="ml-0.5 inline-block w-2 text-[8px]">
        {low ? "▼" : ""}
      </span>
    </span>
  );
}
