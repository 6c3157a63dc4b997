/** Every place of the map, in its order: the rail, the palette and the keys all read this list. A new page is one line here. */

import {
  BellRing,
  ChartNoAxesColumn,
  CircleDollarSign,
  ClipboardCheck,
  Database,
  FileText,
  Fingerprint,
  FlaskConical,
  Gavel,
  GitCommitVertical,
  Home,
  LayoutDashboard,
  ListChecks,
  ListTree,
  MessageSquareText,
  MessagesSquare,
  Radar,
  Radio,
  Settings2,
  Siren,
  Swords,
  Users,
  Waves,
} from "lucide-react";
import type { IconType } from "@/ui/icons";

/** The map's parts from top to bottom; the first and the last have no name of their own. */
export const PARTS = ["start", "Observe", "Prompts", "Evaluate", "Monitor", "end"] as const;
export type Part = (typeof PARTS)[number];

export interface Place {
  to: string;
  label: string;
  icon: IconType;
  part: Part;
  /** Two strokes that go there. */
  key?: string;
  /** In the bar at the bottom of a narrow screen; the others are behind its last button. */
  pinned?: boolean;
}

export const PLACES: readonly Place[] = [
  { to: "/", label: "Home", icon: Home, part: "start", key: "g h", pinned: true },
  { to: "/traces", label: "Traces", icon: ListTree, part: "Observe", key: "g t", pinned: true },
  { to: "/sessions", label: "Sessions", icon: MessagesSquare, part: "Observe", key: "g s", pinned: true },
  { to: "/users", label: "Users", icon: Users, part: "Observe", key: "g u" },
  { to: "/prompts", label: "Prompts", icon: FileText, part: "Prompts", key: "g p", pinned: true },
  { to: "/whats-live", label: "Live", icon: Radio, part: "Prompts" },
  { to: "/effective-prompts", label: "Effective", icon: Fingerprint, part: "Prompts" },
  { to: "/playground", label: "Playground", icon: FlaskConical, part: "Prompts", key: "g y" },
  { to: "/evaluators", label: "Evaluators", icon: Gavel, part: "Evaluate", key: "g e" },
  { to: "/scores", label: "Scores", icon: ChartNoAxesColumn, part: "Evaluate" },
  { to: "/duels", label: "Duels", icon: Swords, part: "Evaluate" },
  { to: "/feedback", label: "Feedback", icon: MessageSquareText, part: "Evaluate" },
  { to: "/datasets", label: "Data sets", icon: Database, part: "Evaluate" },
  { to: "/runs", label: "Runs", icon: ListChecks, part: "Evaluate", key: "g r" },
  { to: "/annotate", label: "Annotate", icon: ClipboardCheck, part: "Evaluate", key: "g q" },
  { to: "/dashboards", label: "Dashboards", icon: LayoutDashboard, part: "Monitor", key: "g d" },
  { to: "/cost", label: "Cost", icon: CircleDollarSign, part: "Monitor", key: "g c" },
  { to: "/drift", label: "Drift", icon: Waves, part: "Monitor" },
  { to: "/probes", label: "Probes", icon: Radar, part: "Monitor" },
  { to: "/alerts", label: "Alerts", icon: BellRing, part: "Monitor", key: "g a" },
  { to: "/incidents", label: "Incidents", icon: Siren, part: "Monitor", key: "g i" },
  { to: "/changes", label: "Changes", icon: GitCommitVertical, part: "Monitor" },
  { to: "/settings", label: "Settings", icon: Settings2, part: "end", key: "g ," },
];

export function placesOf(part: Part): Place[] {
  return PLACES.filter((place) => place.part === part);
}

export function isNamed(part: Part): boolean {
  return part !== "start" && part !== "end";
}
