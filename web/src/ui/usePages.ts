/** The rows of a list that is loaded page by page, and how the next page is asked for. */

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { useKept } from "./hooks";

interface Pages<Row> {
  pages: { data: Row[] }[];
}

export interface LoadedRows<Row> {
  /** Undefined until a first answer; an answer that fails later does not empty it. */
  loaded: Row[] | undefined;
  rows: Row[];
  /** Given while there is a next page that nobody waits for. */
  onNearEnd: (() => void) | undefined;
}

const NONE: never[] = [];

export function usePages<Row>(
  list: Pick<
    UseInfiniteQueryResult<Pages<Row>, Error>,
    "data" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage"
  >,
): LoadedRows<Row> {
  const data = useKept(list.data);
  const loaded = useMemo(() => data?.pages.flatMap((page) => page.data), [data]);
  const more = list.hasNextPage && !list.isFetchingNextPage;
  return { loaded, rows: loaded ?? NONE, onNearEnd: more ? () => void list.fetchNextPage() : undefined };
}
