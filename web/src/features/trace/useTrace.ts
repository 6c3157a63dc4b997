/** The state of a trace page: what is loaded, the tree of it, what is shut, and which span is selected. */

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { traceQuery } from "@/api/traces";
import type { BriefSpan } from "@/api/types";
import { subtreeCosts } from "@/domain/cost";
import { extentOf } from "@/domain/timeAxis";
import { ancestors, buildTree, type Tree, type TreeNode, visibleNodes } from "@/domain/tree";
import { useAddress } from "@/ui/address";
import { useNow } from "@/ui/hooks";

export type SpanNode = TreeNode<BriefSpan>;
export type SpanTree = Tree<BriefSpan>;

export function useTrace(traceId: string) {
  const [search, patch] = useAddress();
  const query = useQuery(traceQuery(traceId));
  const now = useNow();
  const showFolded = search.folded === "shown";
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const detail = query.data?.trace.trace_id === traceId ? query.data : undefined;
  const spans = detail?.spans;
  const tree = useMemo(() => buildTree(spans ?? [], { showFolded }), [spans, showFolded]);
  const find = (search.find ?? "").toLowerCase();
  const rows = useMemo(() => {
    const visible = visibleNodes(tree, shut);
    return find ? tree.nodes.filter((node) => matches(node.span, find)) : visible;
  }, [tree, shut, find]);
  const extent = useMemo(() => extentOf(spans ?? [], now), [spans, now]);
  const costs = useMemo(() => subtreeCosts(tree.nodes), [tree]);

  const wanted = search.span;
  const hiddenButReal = wanted && !tree.byId.has(wanted) ? spans?.find((span) => span.span_id === wanted) : undefined;
  const selected = (wanted && tree.byId.get(wanted)?.span) || hiddenButReal || firstInteresting(tree);

  const select = useCallback((spanId: string) => patch({ span: spanId }, { replace: true }), [patch]);
  const toggle = useCallback((spanId: string) => {
    setShut((old) => {
      const next = new Set(old);
      if (!next.delete(spanId)) next.add(spanId);
      return next;
    });
  }, []);
  const shutAll = useCallback(
    (all: boolean) =>
      setShut(
        new Set(
          all ? tree.nodes.filter((node) => node.parent && node.children.length).map((node) => node.span.span_id) : [],
        ),
      ),
    [tree],
  );
  const reveal = useCallback(
    (spanId: string) => {
      const node = tree.byId.get(spanId);
      if (!node) return;
      const above = new Set(ancestors(node));
      setShut((old) => new Set([...old].filter((id) => !above.has(id))));
    },
    [tree],
  );
  return {
    query,
    detail,
    tree,
    rows,
    extent,
    costs,
    now,
    selected,
    select,
    shut,
    toggle,
    shutAll,
    reveal,
    showFolded,
    search,
    patch,
  };
}

export type TraceState = ReturnType<typeof useTrace>;

function matches(span: BriefSpan, words: string): boolean {
  return `${span.name}\n${span.kind}\n${span.model}\n${span.tool_name}\n${span.status_message}\n${span.input_preview}\n${span.output_preview}\n${span.span_id}`
    .toLowerCase()
    .includes(words);
}

/** What one wants to see first: the failed or refused model call, else the last model call, else the root. */
function firstInteresting(tree: SpanTree): BriefSpan | undefined {
  const calls = tree.nodes.filter((node) => node.span.kind === "generation");
  const bad = calls.find((node) => node.span.outcome !== "success") ?? calls.at(-1);
  return (bad ?? tree.nodes[0])?.span;
}
