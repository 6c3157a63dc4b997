/** A field of a form: its name above, a hint below. */

import type { ReactNode } from "react";
import { cx } from "./classes";

export function Field({
  label,
  hint,
  className,
  children,
}: {
  label: string;
  hint?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <label className={cx("flex min-w-0 flex-col gap-1 text-label", className)}>
      {label}
      {children}
      {hint && <span className="text-micro text-fg-3">{hint}</span>}
    </label>
  );
}
