/** What the keys do on a trace: walk its spans, hop to its neighbours, change tab and view. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useCallback } from "react";
import { spanQuery } from "@/api/traces";
import { useCommands } from "@/ui/commands";
import { useAhead } from "@/ui/hooks";
import { neighbour } from "./neighbours";
import { saveTrace } from "./saveTrace";
import { tabsOf } from "./spanPane";
import type { TraceState } from "./useTrace";
import { VIEWS } from "./views";

export function useGoTo() {
  const navigate = useNavigate();
  return useCallback(
    (traceId: string) =>
      void navigate({
        to: "/traces/$traceId",
        params: { traceId },
        search: (old: Record<string, string>) => ({ ...old, span: undefined, tab: old.tab }),
      } as never),
    [navigate],
  );
}

export function useTraceCommands(traceId: string, state: TraceState) {
  const go = useGoTo();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { rows, selected, select, detail } = state;
  const ahead = useAhead(selected?.span_id);
  const move = (step: number) => {
    const at = rows.findIndex((node) => node.span.span_id === ahead.current);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (!next) return;
    ahead.current = next.span.span_id;
    select(next.span.span_id);
  };
  const hop = (step: -1 | 1) => {
    const next = neighbour(traceId, step);
    if (next) go(next);
  };
  const openTab = (index: number) => {
    if (!selected) return;
    void client.ensureQueryData(spanQuery(traceId, selected.span_id)).then((span) => {
      const tab = tabsOf(span, detail?.scores ?? [])[index];
      if (tab) state.patch({ tab: tab.id }, { replace: true });
    });
  };
  useCommands([
    { id: "span next", name: "Next span", group: "Trace", key: "j", keyOnly: true, run: () => move(1) },
    { id: "span previous", name: "Previous span", group: "Trace", key: "k", keyOnly: true, run: () => move(-1) },
    {
      id: "trace previous",
      name: "Previous trace",
      group: "Trace",
      key: "[",
      predicate: () => neighbour(traceId, -1) !== null,
      run: () => hop(-1),
    },
    {
      id: "trace next",
      name: "Next trace",
      group: "Trace",
      key: "]",
      predicate: () => neighbour(traceId, 1) !== null,
      run: () => hop(1),
    },
    {
      id: "trace back",
      name: "Back to the list",
      group: "Trace",
      key: "escape",
      keyOnly: true,
      run: () =>
        void navigate({
          to: "/traces",
          search: (old: Record<string, string>) => ({
            from: old.from,
            to: old.to,
            env: old.env,
            filter: old.filter,
            order: old.order,
            columns: old.columns,
          }),
        } as never),
    },
    ...[0, 1, 2, 3, 4].map((index) => ({
      id: `tab ${index}`,
      name: `Tab ${index + 1} of the span`,
      group: "Trace",
      key: String(index + 1),
      keyOnly: true,
      run: () => openTab(index),
    })),
    ...VIEWS.map((view) => ({
      id: `view ${view.value}`,
      name: `Trace as ${view.label.toLowerCase()}`,
      group: "Trace",
      icon: view.icon,
      key: `v ${view.value[0]}`,
      run: () => state.patch({ view: view.value === "tree" ? null : view.value }, { replace: true }),
    })),
    {
      id: "download",
      name: "Download this trace as JSON",
      group: "Trace",
      icon: Download,
      predicate: () => detail !== undefined,
      run: () => saveTrace(traceId),
    },
  ]);
}
