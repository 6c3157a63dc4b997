/** Small parts that the pages of prompts share: labels, templates, estimates with their interval. */

import { Tag } from "lucide-react";
import type { Arm, Estimate, Json, Rollout } from "@/api/prompts";
import { formatScore, formatShare } from "@/domain/format";
import { armsText, pieces } from "@/domain/prompts";
import { cx } from "@/ui/classes";
import { Badge } from "@/ui/controls";

export function LabelBadge({
  label,
  arms,
  isProtected = false,
}: {
  label: string;
  arms?: readonly Arm[];
  isProtected?: boolean;
}) {
  const split = arms !== undefined && arms.length > 1;
  return (
    <Badge
      tone={label === "production" ? "good" : split ? "accent" : "plain"}
      icon={Tag}
      title={`${label}${arms ? `: ${armsText(arms)}` : ""}${isProtected ? ", protected" : ""}`}
    >
      {label}
      {split ? ` · ${armsText(arms)}` : ""}
    </Badge>
  );
}

export function LabelBadges({ labels, version }: { labels: readonly Rollout[]; version?: number }) {
  const shown = labels.filter((label) => version === undefined || label.arms.some((arm) => arm.version === version));
  return (
    <span className="flex min-w-0 flex-wrap gap-1">
      {shown.map((label) => (
        <LabelBadge key={label.label} label={label.label} arms={label.arms} />
      ))}
    </span>
  );
}

/** A template with its tags marked. */
export function TemplateText({ text }: { text: string }) {
  return (
    <div className="mono recorded whitespace-pre-wrap" dir="auto">
      {pieces(text).map((piece, index) =>
        piece.kind === "text" ? (
          <span key={index}>{piece.text}</span>
        ) : (
          <span
            key={index}
            className={cx(
              "rounded-[2px] px-0.5",
              piece.kind === "variable" ? "bg-accent-soft text-accent-fg" : "bg-warn-soft text-warn",
            )}
          >
            {piece.text}
          </span>
        ),
      )}
    </div>
  );
}

/** A text prompt, or the messages of a chat prompt with their roles. */
export function PromptView({ prompt }: { prompt: Json }) {
  if (typeof prompt === "string") return <TemplateText text={prompt} />;
  if (!Array.isArray(prompt)) return null;
  return (
    <ol className="flex flex-col gap-3">
      {prompt.map((entry, index) => {
        const message = (entry ?? {}) as Record<string, Json>;
        const isPlaceholder = message.type === "placeholder";
        return (
          <li key={index} className="border-l-2 border-line-strong pl-3">
            <div className="text-micro font-medium text-fg-3">
              {isPlaceholder ? "placeholder" : String(message.role ?? "")}
            </div>
            {isPlaceholder ? (
              <span className="mono rounded-[2px] bg-accent-soft px-0.5 text-accent-fg">{String(message.name)}</span>
            ) : (
              <TemplateText
                text={typeof message.content === "string" ? message.content : JSON.stringify(message.content, null, 2)}
              />
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** A share with its interval drawn on a track from 0 to 1. */
export function ShareWithInterval({ estimate, bad = false }: { estimate: Estimate | null; bad?: boolean }) {
  if (!estimate) return <span className="text-fg-3">–</span>;
  const { value, low, high, n } = estimate;
  const known = low !== null && high !== null;
  return (
    <span
      className="inline-flex items-center justify-end gap-2"
      title={known ? `${formatShare(low, 1)} to ${formatShare(high, 1)} (95 %), ${n} cases` : `${n} cases`}
    >
      <Whisker estimate={estimate} bad={bad} />
      <span className="w-12 text-right tabular-nums">{formatShare(value, 1)}</span>
    </span>
  );
}

function Whisker({ estimate, bad }: { estimate: Estimate; bad: boolean }) {
  const { value, low, high } = estimate;
  if (low === null || high === null) return null;
  const at = (share: number) => `${Math.min(1, Math.max(0, share)) * 100}%`;
  return (
    <span aria-hidden="true" className="relative h-3 w-12 shrink-0 max-wide:hidden">
      <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
      <span
        className={cx("absolute top-1/2 h-1 -translate-y-1/2 rounded-bar", bad ? "bg-error-line" : "bg-accent-line")}
        style={{ left: at(low), right: at(1 - high) }}
      />
      <span className={cx("absolute top-0 h-3 w-0.5", bad ? "bg-error" : "bg-accent")} style={{ left: at(value) }} />
    </span>
  );
}

/** A mean with its interval in words: `0.82 ± 0.05`. */
export function MeanWithInterval({ name, estimate }: { name: string; estimate: Estimate }) {
  const { value, low, high, n } = estimate;
  return (
    <span className="whitespace-nowrap text-label" title={`${name}, ${n} scores`}>
      <span className="text-fg-2">{name}</span> {formatScore(value)}
      {low !== null && high !== null && <span className="text-fg-3"> ± {((high - low) / 2).toFixed(2)}</span>}
    </span>
  );
}
