/** Asking a pane: what has come so far, the whole answer at the end, or what went wrong. */

import { useCallback, useEffect, useRef, useState } from "react";
import { type Answer, askPane, type Delta } from "@/api/playground";
import { type Pane, sendable } from "@/domain/panes";

export interface Asking {
  busy: boolean;
  text: string;
  reasoning: string;
  calls: NonNullable<Delta["tool_call"]>[];
  answer: Answer | null;
  error: unknown;
  ask: () => void;
  stop: () => void;
}

const NOTHING = { busy: false, text: "", reasoning: "", calls: [], answer: null, error: null };

export function useAsk(pane: Pane, round: number): Asking {
  const [state, setState] = useState<Omit<Asking, "ask" | "stop">>(NOTHING);
  const running = useRef<AbortController | null>(null);
  const current = useRef(pane);
  current.current = pane;

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setState((old) => ({ ...old, busy: false }));
  }, []);

  const ask = useCallback(() => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    setState({ ...NOTHING, busy: true });
    const onDelta = (delta: Delta) =>
      setState((old) => ({
        ...old,
        text: old.text + (delta.text ?? ""),
        reasoning: old.reasoning + (delta.reasoning ?? ""),
        calls: delta.tool_call ? [...old.calls, delta.tool_call] : old.calls,
      }));
    askPane(sendable(current.current), onDelta, control.signal)
      .then((answer) => setState((old) => ({ ...old, busy: false, answer })))
      .catch((error: unknown) => {
        if (!control.signal.aborted) setState((old) => ({ ...old, busy: false, error }));
      });
  }, []);

  useEffect(() => {
    if (round > 0) ask();
  }, [round, ask]);
  useEffect(() => () => running.current?.abort(), []);
  return { ...state, ask, stop };
}
