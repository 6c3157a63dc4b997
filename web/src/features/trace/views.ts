/** The ways in which a trace can be looked at. */

import { ListOrdered, ListTree, Rows3, Workflow } from "lucide-react";

export const VIEWS = [
  { value: "tree", label: "Tree", icon: ListTree },
  { value: "waterfall", label: "Waterfall", icon: Rows3 },
  { value: "graph", label: "Graph", icon: Workflow },
  { value: "log", label: "Log", icon: ListOrdered },
] as const;
export type View = (typeof VIEWS)[number]["value"];
