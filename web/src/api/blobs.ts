/** Content that the server keeps beside its spans. */

import { queryOptions } from "@tanstack/react-query";
import { callText } from "./client";

/** A stored text; content under a hash never changes. */
export function blobTextQuery(path: string | null, wanted: boolean) {
  return queryOptions({
    queryKey: ["blob", path],
    queryFn: ({ signal }) => callText(path ?? "", signal),
    enabled: wanted && path !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}
