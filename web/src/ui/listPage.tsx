/** The bar above a list that is filtered by typing, and the states of its rows; shared by all lists. */

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiProblem } from "@/api/client";
import { Problem, SkeletonRows, StaleNotice, useLate } from "./states";

export interface ListStatesProps {
  query: Pick<UseInfiniteQueryResult, "error" | "isPending" | "data" | "refetch">;
  what: string;
  count: number;
  empty: ReactNode;
  children: ReactNode;
}

export function ListStates({ query, what, count, empty, children }: ListStatesProps) {
  const waiting = useLate(query.isPending);
  const filterProblem = query.error instanceof ApiProblem && query.error.status === 400;
  const retry = () => void query.refetch();
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {query.data && !filterProblem ? <StaleNotice error={query.error} onRetry={retry} /> : null}
      {query.error && !query.data && !filterProblem ? (
        <Problem error={query.error} what={what} onRetry={retry} />
      ) : null}
      {waiting && <SkeletonRows />}
      {query.data && count === 0 ? empty : null}
      {count > 0 && children}
    </div>
  );
}
