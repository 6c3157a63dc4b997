/** Full-text search. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { ListQuery } from "./traces";
import type { SearchPage } from "./types";

export function searchQuery(text: string, mode: "tokens" | "substring", query: ListQuery) {
  return queryOptions({
    queryKey: ["search", text, mode, query],
    queryFn: ({ signal }) => call<SearchPage>("search", { params: { ...query, q: text, mode, limit: 50 }, signal }),
    placeholderData: keepPreviousData,
  });
}
