/** One question of Home: the question, the answer in numbers that are links, the picture. */

import type { ReactNode } from "react";
import { changeOf, changeText } from "@/domain/series";
import { cx } from "@/ui/classes";

export function Panel({
  question,
  note,
  children,
  className,
}: {
  question: string;
  note?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section aria-label={question} className={cx("flex min-w-0 flex-col gap-3 border-line py-4", className)}>
      <header className="flex items-baseline gap-3">
        <h2 className="text-[15px]">{question}</h2>
        <span className="cut text-label text-fg-3">{note}</span>
      </header>
      {children}
    </section>
  );
}

export interface FigureProps {
  label: string;
  value: ReactNode;
  now?: number | null;
  before?: number | null;
  /** Whether more is worse, better, or neither. */
  more?: "bad" | "good";
}

/** A number with its change against the period before; red only where the change is for the worse and not small. */
export function Figure({ label, value, now, before, more }: FigureProps) {
  const change = changeOf(now, before);
  const worse = change !== null && more !== undefined && Math.abs(change) >= 0.2 && change > 0 === (more === "bad");
  return (
    <div className="flex min-w-0 flex-col">
      <dt className="text-micro text-fg-3">{label}</dt>
      <dd className="flex items-baseline gap-2 whitespace-nowrap">
        <span className="text-[20px] leading-7 font-semibold tracking-tight">{value}</span>
        {change !== null && (
          <span
            className={cx("text-label", worse ? "text-error" : "text-fg-3")}
            title="against the period of the same length before"
          >
            {change > 0 ? "▲" : change < 0 ? "▼" : ""} {changeText(change)}
          </span>
        )}
      </dd>
    </div>
  );
}
