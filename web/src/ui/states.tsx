/** What a page says when it has nothing, waits, or failed. */

import { CircleAlert, RotateCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { ApiProblem, explained } from "@/api/client";
import { Button } from "./controls";
import { Icon, type IconType } from "./icons";

/** True only after `ms`: what loads faster shows no skeleton at all. */
export function useLate(waiting: boolean, ms = 200): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [waiting, ms]);
  return waiting && late;
}

export function Empty({ icon, title, children }: { icon: IconType; title: string; children?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-8 text-center">
      <Icon icon={icon} size={24} className="text-fg-3" />
      <h2>{title}</h2>
      <div className="max-w-[min(52ch,100%)] text-label text-fg-2">{children}</div>
    </div>
  );
}

/** Says what failed, what was kept, and what to do. */
export function Problem({ error, what, onRetry }: { error: unknown; what: string; onRetry?: () => void }) {
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div role="alert" className="flex h-full flex-col items-center justify-center gap-2 p-8 text-center">
      <Icon icon={CircleAlert} size={24} className="text-error" />
      <h2>{what} could not be loaded</h2>
      <p className="recorded max-w-[60ch] text-label text-fg-2">{problem ? explained(problem) : String(error)}</p>
      {onRetry && (
        <Button icon={RotateCw} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A thin line on top of kept content when its refresh failed. */
export function StaleNotice({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div
      role="alert"
      className="flex shrink-0 items-center gap-2 border-b border-error-line bg-error-soft px-4 py-1.5 text-label text-error"
    >
      <Icon icon={CircleAlert} size={14} />
      <span className="recorded min-w-0 flex-1">
        {problem ? explained(problem) : String(error)} Shown is what was loaded before.
      </span>
      <button type="button" className="font-medium underline" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

export function SkeletonRows({ rows = 12, height = 32 }: { rows?: number; height?: number }) {
  return (
    <div aria-hidden="true" className="px-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex items-center gap-6 border-b border-grid" style={{ height }}>
          <span className="skeleton h-2.5 w-16" />
          <span className="skeleton h-2.5" style={{ width: `${24 + ((row * 37) % 30)}%` }} />
          <span className="skeleton ml-auto h-2.5 w-20" />
        </div>
      ))}
    </div>
  );
}
