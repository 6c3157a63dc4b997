/** What every part of the cost lab asks within: the range and environment of the header; a week where none is chosen. */

import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { CostScope } from "@/api/cost";
import { both } from "@/domain/dashboards";
import { withEnvironment } from "@/domain/filterText";
import { useAddress } from "@/ui/address";

export const WEEK = "-7d";

export function useCostScope(): CostScope {
  const [search] = useAddress();
  return {
    from: search.from ?? WEEK,
    to: search.to ?? "",
    filter: withEnvironment(search.filter ?? "", search.env ?? "").filter,
  };
}

/** Goes to the traces behind a filter, in the same range. */
export function useToTraces(): (filter: string) => void {
  const navigate = useNavigate();
  const [search] = useAddress();
  const { from = WEEK, to, env, filter } = search;
  return useCallback(
    (wanted) =>
      void navigate({
        to: "/traces",
        search: { from, to, env, filter: both(filter ?? "", wanted) || undefined },
      } as never),
    [navigate, from, to, env, filter],
  );
}
