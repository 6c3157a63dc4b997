/** Long work that goes on: asked for often while there is some, and rarely while there is none. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export interface Progress {
  name: string;
  title: string;
  done: number;
  total: number;
  time: string;
}

const BUSY_MS = 1_500;
const IDLE_MS = 20_000;

export function progressQuery() {
  return queryOptions({
    queryKey: ["progress"],
    queryFn: ({ signal }) => call<{ data: Progress[] }>("progress", { signal }),
    select: ({ data }) => data,
    refetchInterval: (query) => (query.state.data?.data.length ? BUSY_MS : IDLE_MS),
    retry: false,
  });
}
