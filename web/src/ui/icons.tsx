/** Icons: one per kind and outcome, the same in tree, waterfall, graph and legend; always 1.5 px strokes. */

import {
  Activity,
  ArrowDownWideNarrow,
  Ban,
  Bot,
  CircleAlert,
  CircleCheck,
  Dot,
  FileSearch,
  Gauge,
  Grip,
  Link2,
  type LucideIcon,
  ShieldCheck,
  Sparkle,
  Wrench,
} from "lucide-react";
import type { Kind, Outcome } from "@/api/types";
import { cx } from "./classes";

export type IconType = LucideIcon;

export const KIND_ICONS: Record<Kind, LucideIcon> = {
  generation: Sparkle,
  embedding: Grip,
  retriever: FileSearch,
  reranker: ArrowDownWideNarrow,
  tool: Wrench,
  agent: Bot,
  chain: Link2,
  guardrail: ShieldCheck,
  evaluator: Gauge,
  event: Dot,
  span: Activity,
};

export function Icon({ icon: Shape, size = 16, className }: { icon: LucideIcon; size?: number; className?: string }) {
  return (
    <Shape size={size} strokeWidth={size < 14 ? 1.75 : 1.5} className={cx("shrink-0", className)} aria-hidden="true" />
  );
}

export function KindIcon({ kind, size = 14, named = false }: { kind: Kind; size?: number; named?: boolean }) {
  const Shape = KIND_ICONS[kind] ?? Activity;
  return (
    <span
      data-kind={kind}
      className="inline-flex shrink-0 text-kind"
      {...(named ? { role: "img", "aria-label": kind } : {})}
      title={kind}
    >
      <Shape size={size} strokeWidth={1.5} aria-hidden="true" />
    </span>
  );
}

export const OUTCOME_ICONS: Record<Outcome, LucideIcon> = { success: CircleCheck, error: CircleAlert, refused: Ban };
const OUTCOME_COLOURS: Record<Outcome, string> = { success: "text-fg-3", error: "text-error", refused: "text-refused" };

export function OutcomeIcon({ outcome, size = 14 }: { outcome: Outcome; size?: number }) {
  const Shape = OUTCOME_ICONS[outcome] ?? CircleCheck;
  return (
    <span
      role="img"
      aria-label={outcome}
      title={outcome}
      className={cx("inline-flex shrink-0", OUTCOME_COLOURS[outcome])}
    >
      <Shape size={size} strokeWidth={1.5} aria-hidden="true" />
    </span>
  );
}

export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className="shrink-0">
      <circle cx="8" cy="10" r="5.75" fill="none" stroke="var(--accent)" strokeWidth="1.75" />
      <circle
        cx="12.5"
        cy="10"
        r="5.75"
        fill="var(--accent)"
        fillOpacity=".18"
        stroke="var(--accent)"
        strokeWidth="1.75"
      />
    </svg>
  );
}
