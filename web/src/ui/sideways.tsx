/** A row of choices that is wider than a phone: it scrolls sideways, and the chosen one is never out of sight. */

import { type ReactNode, useLayoutEffect, useRef } from "react";

export function Sideways({ current, children }: { current: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice is what moves it
  useLayoutEffect(() => {
    const chosen = box.current?.querySelector("[aria-pressed=true]");
    if (!box.current || !chosen) return;
    const [frame, place] = [box.current.getBoundingClientRect(), chosen.getBoundingClientRect()];
    box.current.scrollLeft += place.left + place.width / 2 - (frame.left + frame.width / 2);
  }, [current]);
  return (
    <div ref={box} className="max-w-full overflow-x-auto">
      {children}
    </div>
  );
}
