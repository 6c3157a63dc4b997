/**
 * Recorded text on the page: folded when long, marked where a search hit it, virtual when opened in full.
 * It is always text. Nothing here can make HTML, fetch, or run.
 */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown } from "lucide-react";
import { createContext, useContext, useMemo, useRef, useState } from "react";
import { formatBytes, formatCount } from "@/domain/format";
import { countLines, findAll, fold, splitLines } from "@/domain/messages";
import { cx } from "./classes";
import { Icon } from "./icons";
import { MarkdownText } from "./markdownText";

/** The words that the person is looking for; every text below marks them. */
export const SearchWords = createContext("");

export function Marked({ text }: { text: string }) {
  const words = useContext(SearchWords);
  const ranges = useMemo(() => findAll(text, words), [text, words]);
  if (ranges.length === 0) return text;
  let at = 0;
  return (
    <>
      {ranges.map(([from, to]) => {
        const before = text.slice(at, from);
        at = to;
        return (
          <span key={from}>
            {before}
            <mark>{text.slice(from, to)}</mark>
          </span>
        );
      })}
      {text.slice(at)}
    </>
  );
}

const VIRTUAL_LINES = 400;
const VIRTUAL_CHARS = 60_000;

/** A text, folded at forty lines with a count of what is hidden. */
export function TextBlock({
  text,
  mono = false,
  markdown = false,
  onOpen,
}: {
  text: string;
  mono?: boolean;
  markdown?: boolean;
  /** Called when all of it is asked for; the caller may then give a longer text. */
  onOpen?: () => void;
}) {
  const [open, setOpen] = useState(false);
  const folded = useMemo(() => fold(text), [text]);
  const long = folded.hiddenChars > 0;
  const shown = open || !long ? text : folded.head;
  const heavy = shown.length > VIRTUAL_CHARS || (open && countLines(text) > VIRTUAL_LINES);
  return (
    <div className={cx("recorded", mono ? "mono" : "text-body")}>
      {heavy ? (
        <VirtualLines text={shown} mono={mono} />
      ) : markdown ? (
        <MarkdownText text={shown} />
      ) : (
        <div className="max-w-[88ch] whitespace-pre-wrap" dir="auto">
          <Marked text={shown} />
        </div>
      )}
      {long && (
        <button
          type="button"
          className="mt-1 flex h-6 items-center gap-1 rounded font-sans text-label text-accent-fg"
          onClick={() => {
            setOpen(!open);
            if (!open) onOpen?.();
          }}
        >
          <Icon icon={ChevronDown} size={12} className={open ? "rotate-180" : ""} />
          {open
            ? "Fold"
            : folded.hiddenLines > 0
              ? `${formatCount(folded.hiddenLines)} more lines, ${formatBytes(folded.hiddenChars)}`
              : `${formatBytes(folded.hiddenChars)} more`}
        </button>
      )}
    </div>
  );
}

/** Only the lines in view exist, so that a megabyte opens at once. */
export function VirtualLines({ text, mono = true, height = 480 }: { text: string; mono?: boolean; height?: number }) {
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => splitLines(text), [text]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (mono ? 18 : 20),
    overscan: 20,
  });
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Long text"
      className="overflow-auto"
      style={{ height: Math.min(height, virtual.getTotalSize()) }}
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            className="absolute top-0 left-0 w-full whitespace-pre-wrap"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <Marked text={lines[item.index] || " "} />
          </div>
        ))}
      </div>
    </div>
  );
}
