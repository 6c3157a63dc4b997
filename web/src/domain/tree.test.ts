import { describe, expect, it } from "vitest";
import { ancestors, buildTree, indent, type TreeSpan, visibleNodes } from "./tree";

function span(id: string, parent = "", more: Partial<TreeSpan> = {}): TreeSpan {
  return { span_id: id, parent_span_id: parent, display_parent_id: "", folded: false, start_time: `t${id}`, ...more };
}
const shape = (spans: TreeSpan[], showFolded = false) =>
  buildTree(spans, { showFolded }).nodes.map((node) => `${" ".repeat(node.depth)}${node.span.span_id}`);

describe("tree", () => {
  it("nests and orders by start", () => {
    expect(shape([span("c", "a"), span("b", "a"), span("a"), span("d", "b")])).toEqual(["a", " b", "  d", " c"]);
  });
  it("hides folded spans and re-attaches their children", () => {
    const spans = [span("a"), span("http", "a", { folded: true }), span("b", "http")];
    expect(shape(spans)).toEqual(["a", " b"]);
    expect(shape(spans, true)).toEqual(["a", " http", "  b"]);
    expect(buildTree(spans, { showFolded: false }).foldedCount).toBe(1);
  });
  it("believes the server's display parent", () => {
    expect(shape([span("a"), span("b", "gone", { display_parent_id: "a" })])).toEqual(["a", " b"]);
  });
  it("draws spans whose parent is missing, and says so", () => {
    const tree = buildTree([span("b", "gone"), span("a")], { showFolded: false });
    expect(tree.nodes).toHaveLength(2);
    expect(tree.byId.get("b")?.detached).toBe("missing parent");
  });
  it("breaks cycles and loses nothing", () => {
    const tree = buildTree([span("a", "c"), span("b", "a"), span("c", "b"), span("self", "self")], {
      showFolded: true,
    });
    expect(tree.nodes.map((node) => node.span.span_id).sort()).toEqual(["a", "b", "c", "self"]);
    expect(tree.roots.map((node) => node.detached)).toContain("cycle");
  });
  it("survives a cycle among folded spans", () => {
    const spans = [span("x", "y", { folded: true }), span("y", "x", { folded: true }), span("a", "x")];
    expect(shape(spans)).toEqual(["a"]);
  });
  it("takes the first of two spans with one id", () => {
    expect(shape([span("a"), span("a")])).toEqual(["a"]);
  });
  it("is quick and exact at forty thousand spans and at that depth", () => {
    const wide = [span("root"), ...Array.from({ length: 40_000 }, (_, index) => span(`s${index}`, "root"))];
    const deep = Array.from({ length: 40_000 }, (_, index) => span(`d${index}`, index ? `d${index - 1}` : ""));
    const started = performance.now();
    expect(buildTree(wide, { showFolded: false }).roots[0]?.descendants).toBe(40_000);
    expect(buildTree(deep, { showFolded: false }).nodes.at(-1)?.depth).toBe(39_999);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("collapsing", () => {
  const tree = buildTree([span("a"), span("b", "a"), span("c", "b"), span("d", "a")], { showFolded: false });
  it("hides what is under a shut node", () => {
    expect(visibleNodes(tree, new Set(["b"])).map((node) => node.span.span_id)).toEqual(["a", "b", "d"]);
    expect(visibleNodes(tree, new Set(["a"])).map((node) => node.span.span_id)).toEqual(["a"]);
    expect(visibleNodes(tree, new Set())).toHaveLength(4);
  });
  it("knows the way up", () => {
    const node = tree.byId.get("c");
    expect(node && ancestors(node)).toEqual(["b", "a"]);
  });
  it("bounds the indent", () => {
    expect(indent(2)).toBe(40);
    expect(indent(500)).toBe(240);
  });
});
