/** Severities, states and channels as they are shown everywhere: never by colour alone. */

import { BellOff, CircleAlert, CircleCheck, CircleDashed, CircleDot, OctagonAlert, TriangleAlert } from "lucide-react";
import type { Incident, Severity } from "@/api/monitors";
import { Badge } from "@/ui/controls";
import type { IconType } from "@/ui/icons";

type Tone = "plain" | "error" | "warn" | "refused" | "good" | "accent";
interface Look {
  tone: Tone;
  icon: IconType;
  label: string;
}

const SEVERITY: Record<Severity, Look> = {
  critical: { tone: "error", icon: OctagonAlert, label: "critical" },
  high: { tone: "error", icon: CircleAlert, label: "high" },
  medium: { tone: "warn", icon: TriangleAlert, label: "medium" },
  low: { tone: "plain", icon: CircleDot, label: "low" },
};

const STATUS: Record<string, Look> = {
  firing: { tone: "error", icon: CircleAlert, label: "firing" },
  quiet: { tone: "warn", icon: BellOff, label: "quiet" },
  ok: { tone: "good", icon: CircleCheck, label: "normal" },
  too_few: { tone: "plain", icon: CircleDashed, label: "too few cases" },
  no_data: { tone: "plain", icon: CircleDashed, label: "no data" },
  waiting: { tone: "plain", icon: CircleDashed, label: "not looked yet" },
  off: { tone: "plain", icon: BellOff, label: "off" },
};

const STATE: Record<Incident["state"], Look> = {
  open: { tone: "error", icon: CircleAlert, label: "open" },
  acknowledged: { tone: "warn", icon: CircleDot, label: "acknowledged" },
  resolved: { tone: "good", icon: CircleCheck, label: "resolved" },
};

function Marked({ look: { tone, icon, label } }: { look: Look }) {
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  return <Marked look={SEVERITY[severity]} />;
}

export function StatusBadge({ status }: { status: string }) {
  return <Marked look={STATUS[status] ?? { tone: "plain", icon: CircleDashed, label: status }} />;
}

export function StateBadge({ state }: { state: Incident["state"] }) {
  return <Marked look={STATE[state]} />;
}

/** An actor in words. */
export function actorName(actor: string): string {
  if (actor === "monitors") return "the monitors";
  return actor === "local" ? "you" : actor.replace(/^(user|key):/, "");
}
