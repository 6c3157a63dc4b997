import { describe, expect, it } from "vitest";
import { type GraphSpan, type GraphTreeNode, trajectory } from "./graph";

let next = 0;
function step(kind: string, name: string, children: GraphTreeNode<GraphSpan>[] = []): GraphTreeNode<GraphSpan> {
  return {
    span: { span_id: `s${next++}`, name, kind, agent_name: "", tool_name: "", duration: 10, outcome: "success" },
    children,
  };
}
const edgesOf = (roots: GraphTreeNode<GraphSpan>[]) =>
  trajectory(roots).edges.map((edge) => [
    edge.from.split("\u0000")[1],
    edge.to.split("\u0000")[1],
    edge.kind,
    edge.count,
  ]);

describe("trajectory", () => {
  it("shows a loop between model and tool as two edges with counts", () => {
    const run = step("agent", "a", [
      step("generation", "llm"),
      step("tool", "t"),
      step("generation", "llm"),
      step("tool", "t"),
      step("generation", "llm"),
    ]);
    expect(edgesOf([run])).toEqual([
      ["a", "llm", "call", 1],
      ["llm", "t", "then", 2],
      ["t", "llm", "then", 2],
    ]);
  });
  it("names hand-offs between agents", () => {
    expect(edgesOf([step("agent", "triage", [step("agent", "billing"), step("agent", "refunds")])])).toEqual([
      ["triage", "billing", "handoff", 1],
      ["billing", "refunds", "handoff", 1],
    ]);
  });
  it("adds up durations and bounds its size", () => {
    const many = step(
      "agent",
      "a",
      Array.from({ length: 500 }, (_, index) => step("tool", `t${index}`)),
    );
    const graph = trajectory([many]);
    expect(graph.nodes).toHaveLength(120);
    expect(graph.leftOut).toBe(381);
    expect(trajectory([step("tool", "x"), step("tool", "x")]).nodes[0]).toMatchObject({ durationMs: 20 });
  });
});
