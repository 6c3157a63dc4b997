/** Live tail: traces that arrive while the page is open, newest first, bounded, with a pause that loses nothing. */

import { useEffect, useRef, useState } from "react";
import { followTraces } from "@/api/traces";
import type { TraceRow } from "@/api/types";

const MOST = 500;
/** Rows arrive in bursts; the list is drawn at most this often. */
const DRAW_EVERY_MS = 250;

export interface Live {
  rows: readonly TraceRow[];
  connected: boolean;
  /** Arrived while paused. */
  waiting: number;
  /** Arrived since the start, also those no longer held. */
  seen: number;
}

export function useLive(on: boolean, paused: boolean, filter: string): Live {
  const [rows, setRows] = useState<readonly TraceRow[]>([]);
  const [connected, setConnected] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const [seen, setSeen] = useState(0);
  const buffer = useRef<TraceRow[]>([]);
  const pausedNow = useRef(paused);
  pausedNow.current = paused;

  useEffect(() => {
    if (!on) return;
    buffer.current = [];
    setRows([]);
    setSeen(0);
    const stop = followTraces(
      filter,
      (row) => {
        buffer.current.push(row);
        if (buffer.current.length > MOST) buffer.current.splice(0, buffer.current.length - MOST);
        setSeen((old) => old + 1);
      },
      setConnected,
    );
    const timer = setInterval(() => {
      if (pausedNow.current) {
        setWaiting(buffer.current.length);
        return;
      }
      setWaiting(0);
      if (buffer.current.length === 0) return;
      const fresh = buffer.current;
      buffer.current = [];
      setRows((old) => merge(fresh, old));
    }, DRAW_EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
      setConnected(false);
    };
  }, [on, filter]);
  return { rows, connected, waiting, seen };
}

/** A trace that is sent again (it ended, a score came) replaces its row where it stands. */
export function merge(fresh: readonly TraceRow[], old: readonly TraceRow[]): readonly TraceRow[] {
  const latest = new Map(fresh.map((row) => [row.trace_id, row]));
  const kept = old.map((row) => {
    const update = latest.get(row.trace_id);
    latest.delete(row.trace_id);
    return update ?? row;
  });
  return [...[...latest.values()].reverse(), ...kept].slice(0, MOST);
}
