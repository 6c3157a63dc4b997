/** The trajectory of a trace, drawn: steps as nodes, ways between them as edges, loops and hand-offs as they were. */

import dagre from "@dagrejs/dagre";
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import type { Kind } from "@/api/types";
import { formatDuration, oneLine, plural } from "@/domain/format";
import { type Graph, type GraphNode, trajectory } from "@/domain/graph";
import { cx } from "@/ui/classes";
import { KindIcon } from "@/ui/icons";
import type { TraceState } from "./useTrace";

const WIDTH = 176;
const HEIGHT = 44;

interface StepData extends Record<string, unknown> {
  step: GraphNode;
  active: boolean;
}
type StepNode = Node<StepData, "step">;

export default function AgentGraph({ state }: { state: TraceState }) {
  const { tree, selected, select } = state;
  const graph = useMemo(() => trajectory(tree.roots), [tree]);
  const places = useMemo(() => layout(graph), [graph]);
  const nodes = graph.nodes.map<StepNode>((step) => ({
    id: step.id,
    type: "step",
    position: places.get(step.id) ?? { x: 0, y: 0 },
    data: { step, active: selected !== undefined && step.spanIds.includes(selected.span_id) },
    draggable: false,
    connectable: false,
    ariaLabel: `${step.kind} ${step.name}, ${plural(step.spanIds.length, "time")}`,
  }));
  const edges = graph.edges.map<Edge>((edge) => ({
    id: edge.id,
    source: edge.from,
    target: edge.to,
    type: edge.from === edge.to ? "default" : "smoothstep",
    label:
      [edge.kind === "handoff" && "hand-off", edge.count > 1 && `×${edge.count}`].filter(Boolean).join(" ") ||
      undefined,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--n-7)" },
    style: { stroke: "var(--n-7)", strokeDasharray: edge.kind === "call" ? undefined : "4 3" },
    labelStyle: { fill: "var(--text-2)", fontSize: 11 },
    labelBgStyle: { fill: "var(--bg)" },
  }));
  return (
    <section aria-label="Trajectory" className="relative min-h-0 flex-1">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
        minZoom={0.1}
        proOptions={{ hideAttribution: true }}
        nodesConnectable={false}
        onNodeClick={(_, node) => nextOf(node as StepNode, selected?.span_id, select)}
        className="!bg-transparent"
      >
        <Background color="var(--grid)" gap={16} />
        <Controls showInteractive={false} />
      </ReactFlow>
      {graph.leftOut > 0 && (
        <p className="absolute top-2 left-4 text-label text-fg-3">{plural(graph.leftOut, "further step")} not drawn</p>
      )}
    </section>
  );
}

/** A click walks through the spans that the step stands for. */
function nextOf(node: StepNode, selected: string | undefined, select: (id: string) => void): void {
  const { spanIds } = node.data.step;
  const at = selected ? spanIds.indexOf(selected) : -1;
  const next = spanIds[(at + 1) % spanIds.length];
  if (next) select(next);
}

function Step({ data }: NodeProps<StepNode>) {
  const { step, active } = data;
  return (
    <div
      data-kind={step.kind}
      className={cx(
        "flex items-center gap-2 rounded-ctl border bg-bg px-2.5 text-label",
        active ? "border-accent bg-accent-soft" : "border-line-strong",
      )}
      style={{ width: WIDTH, height: HEIGHT, borderLeft: "3px solid var(--k)" }}
    >
      <Handle type="target" position={Position.Top} className="!opacity-0" />
      <KindIcon kind={step.kind as Kind} size={14} />
      <span className="min-w-0 flex-1">
        <span className={cx("recorded cut block font-medium", step.errors > 0 && "text-error")}>
          {oneLine(step.name, 60) || "no name"}
        </span>
        <span className="block text-micro text-fg-3">
          {step.spanIds.length > 1 && `×${step.spanIds.length} · `}
          {formatDuration(step.durationMs)}
          {step.errors > 0 && ` · ${step.errors} failed`}
        </span>
      </span>
      <Handle type="source" position={Position.Bottom} className="!opacity-0" />
    </div>
  );
}

const NODE_TYPES = { step: Step };

function layout(graph: Graph): Map<string, { x: number; y: number }> {
  const sheet = new dagre.graphlib.Graph();
  sheet.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 44 });
  sheet.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) sheet.setNode(node.id, { width: WIDTH, height: HEIGHT });
  for (const edge of graph.edges) if (edge.from !== edge.to) sheet.setEdge(edge.from, edge.to);
  dagre.layout(sheet);
  return new Map(
    graph.nodes.map(({ id }) => {
      const place = sheet.node(id);
      return [id, { x: (place.x ?? 0) - WIDTH / 2, y: (place.y ?? 0) - HEIGHT / 2 }];
    }),
  );
}
