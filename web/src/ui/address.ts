/** Reading and writing the state of the page in its address. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { ListQuery } from "@/api/traces";
import { type PageSearch, rangeOf } from "@/domain/address";
import { withEnvironment } from "@/domain/filterText";

type Patch = { [K in keyof PageSearch]?: PageSearch[K] | null };

export interface PatchOptions {
  /** Replaces the entry of the history: for typing and dragging, where Back should skip the steps. */
  replace?: boolean;
}

export function useAddress(): [PageSearch, (patch: Patch, options?: PatchOptions) => void] {
  const search = useSearch({ strict: false }) as PageSearch;
  const navigate = useNavigate();
  const patch = useCallback(
    (changes: Patch, { replace = false }: PatchOptions = {}) => {
      void navigate({
        to: ".",
        replace,
        resetScroll: false,
        search: (old: PageSearch) => {
          const next = { ...old, ...changes };
          return Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as PageSearch;
        },
      } as never);
    },
    [navigate],
  );
  return [search, patch];
}

/** What a list asks for, from the address: the filter with the environment of the header, and the time range. */
export function listQueryOf(search: PageSearch): ListQuery & { offset: number } {
  const { filter, offset } = withEnvironment(search.filter ?? "", search.env ?? "");
  const { from, to } = rangeOf(search);
  return { filter, from, to, offset };
}

export const NEWEST_TRACES = "-start_time";

/** What the list of traces asks first. The router asks it too, before the page is there: both must ask the same. */
export function traceListOf(search: PageSearch): ListQuery {
  const { filter, from, to } = listQueryOf(search);
  return { filter, from, to, order: search.order ?? NEWEST_TRACES };
}
