/** Keeps what the panes are in the address, so that a reload, a link and Back bring it back: packed, or as a draft where that is long. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { draftQuery, keepDraft } from "@/api/playground";
import { MOST_PACKED, type Pane, packed } from "@/domain/panes";
import { useAddress } from "@/ui/address";
import { complain } from "@/ui/toasts";

/** After the last key; an address that changes with every key would be slow to type over. */
const AFTER_MS = 300;

export function usePanesInAddress(): { keep: (panes: readonly Pane[]) => void } {
  const [, patch] = useAddress();
  const client = useQueryClient();
  const waiting = useRef<{ timer: number; panes: readonly Pane[] } | null>(null);
  const newest = useRef(0);

  const write = useCallback(
    (panes: readonly Pane[]) => {
      waiting.current = null;
      const number = ++newest.current;
      const text = packed(panes);
      if (text.length <= MOST_PACKED) {
        patch({ panes: text, draft: null }, { replace: true });
        return;
      }
      keepDraft([...panes])
        .then(({ id }) => {
          if (number !== newest.current) return;
          // Known already: the page must not fetch, and show nothing meanwhile, what it has on the screen.
          client.setQueryData(draftQuery(id).queryKey, { panes: [...panes] });
          patch({ draft: id, panes: null }, { replace: true });
        })
        .catch((error: Error) => complain(error, "These panes are too long for the address, and were not kept"));
    },
    [client, patch],
  );

  const keep = useCallback(
    (panes: readonly Pane[]) => {
      if (waiting.current) window.clearTimeout(waiting.current.timer);
      waiting.current = { panes, timer: window.setTimeout(() => write(panes), AFTER_MS) };
    },
    [write],
  );

  // Leaving the page must not write into the address of the next one.
  useEffect(
    () => () => {
      newest.current += 1;
      if (waiting.current) window.clearTimeout(waiting.current.timer);
    },
    [],
  );
  return { keep };
}
