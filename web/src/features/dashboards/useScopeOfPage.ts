/** The range, filter and marks that all widgets of a page share, from its address. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import { changesQuery, type DashboardDocument } from "@/api/dashboards";
import { both, marksOf } from "@/domain/dashboards";
import { withEnvironment } from "@/domain/filterText";
import { absoluteRange, resolveRange } from "@/domain/timeRange";
import { useAddress } from "@/ui/address";
import { useNarrow, useNow } from "@/ui/hooks";
import type { PageScope } from "./useWidget";

export const FALLBACK_RANGE = "-7d";

/** Writes the range that the page begins with into the address, so that the header says what is seen. */
export function useFirstRange(range: string): void {
  const [search, patch] = useAddress();
  const missing = !search.from;
  useEffect(() => {
    if (missing) patch({ from: range }, { replace: true });
  }, [missing, range, patch]);
}

export function useScopeOfPage(document: Pick<DashboardDocument, "filter" | "range">): PageScope {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const now = useNow();
  const narrow = useNarrow();
  const from = search.from ?? (document.range || FALLBACK_RANGE);
  const to = search.to ?? "";
  const minute = Math.floor(now / 60_000);
  const range = useMemo(() => resolveRange({ from, to }, (minute + 1) * 60_000), [from, to, minute]);
  const filter = withEnvironment(document.filter, search.env ?? "").filter;
  const changes = useQuery(changesQuery({ from, to }));
  const marks = useMemo(() => marksOf(changes.data ?? [], range, narrow ? 5 : 14), [changes.data, range, narrow]);
  const onBrush = useCallback((start: number, end: number) => patch(absoluteRange(start, end)), [patch]);
  const env = search.env;
  const onDrill = useCallback(
    (wanted: string, start: number, end: number) => {
      const behind =
        end - start >= range.to - range.from ? { from, to } : absoluteRange(start, Math.min(end, range.to));
      void navigate({ to: "/traces", search: { ...behind, env, filter: wanted || undefined } } as never);
    },
    [navigate, env, from, to, range],
  );
  const compare = search.with === "before";
  return useMemo(
    () => ({ range, from, to, filter: both(filter), compare, marks, token: null, onBrush, onDrill }),
    [range, from, to, filter, compare, marks, onBrush, onDrill],
  );
}
