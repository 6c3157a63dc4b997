/**
 * The tree of a trace from its flat spans. Whatever arrives is drawn: parents that are missing, cycles, children that
 * began before their parents, forty thousand siblings. Pure; no recursion, so depth cannot break it.
 */

export interface TreeSpan {
  span_id: string;
  parent_span_id: string;
  /** The nearest ancestor that is shown while framework spans are folded away. */
  display_parent_id: string;
  folded: boolean;
  start_time: string;
}

export interface TreeNode<S extends TreeSpan> {
  span: S;
  depth: number;
  parent: TreeNode<S> | null;
  children: TreeNode<S>[];
  /** Number of nodes under this one. */
  descendants: number;
  /** Why this node stands at the top though it names a parent. */
  detached: "missing parent" | "cycle" | null;
}

export interface Tree<S extends TreeSpan> {
  roots: TreeNode<S>[];
  /** Every shown node, parents before children, in reading order. */
  nodes: TreeNode<S>[];
  byId: Map<string, TreeNode<S>>;
  foldedCount: number;
}

export interface TreeOptions {
  showFolded: boolean;
}

/** Builds the tree; siblings stand in order of their start. */
export function buildTree<S extends TreeSpan>(spans: readonly S[], { showFolded }: TreeOptions): Tree<S> {
  const shown = showFolded ? spans : spans.filter((span) => !span.folded);
  const byId = new Map<string, TreeNode<S>>();
  for (const span of shown) {
    if (byId.has(span.span_id)) continue;
    byId.set(span.span_id, { span, depth: 0, parent: null, children: [], descendants: 0, detached: null });
  }
  const all = spanIndex(spans);
  for (const node of byId.values()) attach(node, byId, all, showFolded);
  const roots = cutCycles([...byId.values()]);
  for (const node of byId.values()) sortByStart(node.children);
  sortByStart(roots);
  const nodes = walk(roots);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node?.parent) node.parent.descendants += node.descendants + 1;
  }
  return { roots, nodes, byId, foldedCount: spans.length - spans.filter((span) => !span.folded).length };
}

function spanIndex<S extends TreeSpan>(spans: readonly S[]): Map<string, S> {
  return new Map(spans.map((span) => [span.span_id, span]));
}

function attach<S extends TreeSpan>(
  node: TreeNode<S>,
  byId: Map<string, TreeNode<S>>,
  all: Map<string, S>,
  showFolded: boolean,
): void {
  const { span } = node;
  const wanted = showFolded ? span.parent_span_id : span.display_parent_id || visibleAncestor(span, all);
  if (!wanted) {
    if (span.parent_span_id && !all.has(span.parent_span_id)) node.detached = "missing parent";
    return;
  }
  const parent = byId.get(wanted);
  if (!parent) {
    node.detached = "missing parent";
    return;
  }
  node.parent = parent;
  parent.children.push(node);
}

/** The roots, after each circle was cut at its first span: from then on every node hangs under exactly one root. */
function cutCycles<S extends TreeSpan>(nodes: readonly TreeNode<S>[]): TreeNode<S>[] {
  const roots = nodes.filter((node) => node.parent === null);
  const reached = new Set<TreeNode<S>>();
  const reach = (from: TreeNode<S>) => {
    const stack = [from];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (reached.has(node)) continue;
      reached.add(node);
      for (const child of node.children) stack.push(child);
    }
  };
  for (const root of roots) reach(root);
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const above = node.parent;
    if (above) above.children = above.children.filter((child) => child !== node);
    node.parent = null;
    node.detached = "cycle";
    roots.push(node);
    reach(node);
  }
  return roots;
}

/** Where the server has not settled the trace yet: the nearest ancestor that is not folded. */
function visibleAncestor<S extends TreeSpan>(span: S, all: Map<string, S>): string {
  const seen = new Set<string>([span.span_id]);
  let id = span.parent_span_id;
  while (id && !seen.has(id)) {
    seen.add(id);
    const above = all.get(id);
    if (!above?.folded) return id;
    id = above.parent_span_id;
  }
  return "";
}

function sortByStart<S extends TreeSpan>(nodes: TreeNode<S>[]): void {
  nodes.sort((a, b) =>
    a.span.start_time < b.span.start_time
      ? -1
      : a.span.start_time > b.span.start_time
        ? 1
        : a.span.span_id.localeCompare(b.span.span_id),
  );
}

function walk<S extends TreeSpan>(roots: TreeNode<S>[]): TreeNode<S>[] {
  const nodes: TreeNode<S>[] = [];
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    node.depth = node.parent ? node.parent.depth + 1 : 0;
    nodes.push(node);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) stack.push(child);
    }
  }
  return nodes;
}

/** The rows to draw when the subtrees of `collapsed` are shut. */
export function visibleNodes<S extends TreeSpan>(tree: Tree<S>, collapsed: ReadonlySet<string>): TreeNode<S>[] {
  if (collapsed.size === 0) return tree.nodes;
  const rows: TreeNode<S>[] = [];
  let shutAt = Number.POSITIVE_INFINITY;
  for (const node of tree.nodes) {
    if (node.depth > shutAt) continue;
    shutAt = collapsed.has(node.span.span_id) ? node.depth : Number.POSITIVE_INFINITY;
    rows.push(node);
  }
  return rows;
}

/** Every ancestor's id, so that a span found by search or link can be opened into view. */
export function ancestors<S extends TreeSpan>(node: TreeNode<S>): string[] {
  const ids: string[] = [];
  for (let up = node.parent; up; up = up.parent) ids.push(up.span.span_id);
  return ids;
}

/** Deep nesting is drawn with ever smaller steps: the first levels in full, then a bounded indent. */
export function indent(depth: number, step = 20, full = 8, most = 240): number {
  if (depth <= full) return depth * step;
  return Math.min(most, full * step + (depth - full) * 4);
}
