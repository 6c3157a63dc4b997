/**
 * The trajectory of a trace as a graph: one node for each distinct step (kind and name), one edge for each way that the
 * run went from step to step. Loops and hand-offs show as edges that go back or across, with how often. Pure.
 */

export interface GraphSpan {
  span_id: string;
  name: string;
  kind: string;
  agent_name: string;
  tool_name: string;
  duration: number | null;
  outcome: string;
}

export interface GraphTreeNode<S extends GraphSpan> {
  span: S;
  children: GraphTreeNode<S>[];
}

export interface GraphNode {
  id: string;
  kind: string;
  name: string;
  /** Spans that this node stands for, in order of their start. */
  spanIds: string[];
  durationMs: number;
  errors: number;
}

export type EdgeKind = "call" | "then" | "handoff";

export interface GraphEdge {
  id: string;
  from: string;
  to: string;
  kind: EdgeKind;
  count: number;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** More distinct steps than can be drawn were left out. */
  leftOut: number;
}

const MAX_NODES = 120;

/** Walks the tree in reading order: a parent calls its first child, a sibling follows a sibling. */
export function trajectory<S extends GraphSpan>(roots: readonly GraphTreeNode<S>[]): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  let leftOut = 0;

  const nodeOf = (span: S): string | null => {
    const name =
      span.kind === "tool"
        ? span.tool_name || span.name
        : span.kind === "agent"
          ? span.agent_name || span.name
          : span.name;
    const id = `${span.kind}\u0000${name}`;
    let node = nodes.get(id);
    if (!node) {
      if (nodes.size >= MAX_NODES) {
        leftOut++;
        return null;
      }
      node = { id, kind: span.kind, name, spanIds: [], durationMs: 0, errors: 0 };
      nodes.set(id, node);
    }
    node.spanIds.push(span.span_id);
    node.durationMs += span.duration ?? 0;
    if (span.outcome !== "success") node.errors++;
    return id;
  };
  const link = (from: string | null, to: string | null, kind: EdgeKind) => {
    if (!from || !to) return;
    const id = `${from}\u0001${to}`;
    const edge = edges.get(id);
    if (edge) edge.count++;
    else edges.set(id, { id, from, to, kind, count: 1 });
  };

  const stack: { siblings: readonly GraphTreeNode<S>[]; parent: string | null; parentKind: string }[] = [
    { siblings: roots, parent: null, parentKind: "" },
  ];
  for (let level = stack.shift(); level; level = stack.shift()) {
    let before: { id: string | null; kind: string } = { id: null, kind: "" };
    for (const [index, node] of level.siblings.entries()) {
      const id = nodeOf(node.span);
      const agents = node.span.kind === "agent" && (level.parentKind === "agent" || before.kind === "agent");
      if (index === 0) link(level.parent, id, agents ? "handoff" : "call");
      else link(before.id, id, agents && before.kind === "agent" ? "handoff" : "then");
      before = { id, kind: node.span.kind };
      if (node.children.length) stack.push({ siblings: node.children, parent: id, parentKind: node.span.kind });
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], leftOut };
}
