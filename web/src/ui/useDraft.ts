/** A text that is typed here and kept elsewhere (in the address): written after a pause, replaced when others change it. */

import { useCallback, useEffect, useRef, useState } from "react";

export interface Draft {
  text: string;
  setText: (text: string) => void;
  /** Writes it at once. */
  apply: () => void;
}

export function useDraft(value: string, write: (text: string, how: { done: boolean }) => void, pauseMs: number): Draft {
  const [text, setText] = useState(value);
  const applied = useRef(value);
  const echoes = useRef<string[]>([]);
  // What others wrote (a facet, Back) replaces the draft. What the person typed comes back as an echo, perhaps after more
  // was typed, and replaces nothing.
  useEffect(() => {
    const echo = echoes.current.indexOf(value);
    echoes.current = echo < 0 ? [] : echoes.current.slice(echo + 1);
    if (echo < 0 && value !== applied.current.trim()) {
      applied.current = value;
      setText(value);
    }
  }, [value]);
  const apply = useCallback(
    (done: boolean) => {
      applied.current = text;
      if (text.trim() !== value) echoes.current.push(text.trim());
      write(text, { done });
    },
    [text, value, write],
  );
  useEffect(() => {
    if (text === applied.current) return;
    const timer = setTimeout(() => apply(false), pauseMs);
    return () => clearTimeout(timer);
  }, [text, apply, pauseMs]);
  return { text, setText, apply: useCallback(() => apply(true), [apply]) };
}
