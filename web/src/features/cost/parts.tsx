/** Small parts that the views of the cost lab share. */

import type { ReactNode } from "react";
import type { CostScope } from "@/api/cost";
import { cx } from "@/ui/classes";

export interface CostScopeProps {
  scope: CostScope;
}

export function Fact({ label, children, warn = false }: { label: string; children: ReactNode; warn?: boolean }) {
  return (
    <div className="flex flex-col">
      <dt className="text-micro text-fg-3">{label}</dt>
      <dd className={cx("text-[20px] leading-7 font-semibold tracking-tight whitespace-nowrap", warn && "text-warn")}>
        {children}
      </dd>
    </div>
  );
}
