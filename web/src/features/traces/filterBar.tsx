/** The typed filter: coloured as it is typed, completed from what the server knows, its errors pointed at. */

import { useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { ApiProblem } from "@/api/client";
import { completionsQuery, fieldsQuery } from "@/api/metrics";
import type { FieldInfo } from "@/api/types";
import { type CompletionPlace, completionAt, quote, type TokenKind, tokenize } from "@/domain/filterText";
import { cx } from "@/ui/classes";
import { Kbd } from "@/ui/controls";
import { useDelayed } from "@/ui/hooks";
import { Icon } from "@/ui/icons";
import { useDraft } from "@/ui/useDraft";

const COLOURS: Record<TokenKind, string> = {
  space: "",
  not: "text-error",
  field: "text-accent-fg",
  operator: "text-fg-3",
  value: "text-fg",
  phrase: "text-fg",
  word: "text-fg",
  paren: "text-fg-3",
};
const APPLY_AFTER_MS = 180;
/** Values are looked up when the hand rests; names of fields are known and come at once. */
const LOOK_UP_AFTER_MS = 120;

export interface FilterBarProps {
  value: string;
  /** Called as the person pauses, and at once on Enter. */
  onChange: (text: string, how: { done: boolean }) => void;
  error: unknown;
  /** Where the typed text begins in the filter that the server saw. */
  offset: number;
  placeholder: string;
}

export function FilterBar({ value, onChange, error, offset, placeholder }: FilterBarProps) {
  const { text, setText, apply } = useDraft(value, onChange, APPLY_AFTER_MS);
  const [caret, setCaret] = useState<number | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const paint = useRef<HTMLDivElement>(null);
  // Before the next key can arrive: a caret that is moved later would split what is typed meanwhile.
  const caretWanted = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (caretWanted.current === null) return;
    input.current?.setSelectionRange(caretWanted.current, caretWanted.current);
    caretWanted.current = null;
  });

  const place = caret === null ? null : completionAt(text, caret);
  const choices = useCompletions(place);
  const [at, setAt] = useState(-1);
  const write = (next: string, caretAt: number) => {
    setText(next);
    setCaret(caretAt);
    setAt(-1);
    caretWanted.current = caretAt;
  };
  const accept = (choice: Completion) => {
    if (!place) return;
    const written = place.what === "field" ? `${choice.value}${choice.operator}` : quote(choice.value);
    const tail = place.what === "value" && !text.slice(place.to).startsWith(" ") ? " " : "";
    write(text.slice(0, place.from) + written + tail + text.slice(place.to), place.from + written.length + tail.length);
  };
  const open = choices.length > 0 && caret !== null;
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((old) => (old + step + choices.length + (old === -1 && step === -1 ? 1 : 0)) % choices.length);
    } else if (open && (event.key === "Tab" || event.key === "Enter") && choices[at]) {
      event.preventDefault();
      accept(choices[at]);
    } else if (event.key === "Enter") {
      apply();
      setCaret(null);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (open) setCaret(null);
      else input.current?.blur();
    }
  };
  const problem = error instanceof ApiProblem && error.status === 400 ? error : null;
  const errorAt =
    problem?.position === null || problem?.position === undefined ? null : Math.max(0, problem.position - offset);
  // What is still being typed is not called wrong.
  const typingThere = open && place !== null && errorAt !== null && place.from <= errorAt && errorAt <= place.to;
  const showProblem = problem !== null && !typingThere;
  return (
    <div className="relative min-w-0 flex-1">
      <div
        className={cx(
          "flex h-8 items-center gap-2 rounded-ctl border bg-bg px-2 focus-within:shadow-[0_0_0_3px_var(--accent-soft)]",
          showProblem ? "border-error" : "border-line-strong focus-within:border-accent",
        )}
      >
        <Icon icon={Search} size={14} className="text-fg-3" />
        <div className="relative h-full min-w-0 flex-1">
          <div
            ref={paint}
            aria-hidden="true"
            className="mono pointer-events-none absolute inset-0 overflow-hidden leading-[30px] whitespace-pre"
          >
            {tokenize(text).map((token) => (
              <span
                key={token.from}
                className={cx(
                  COLOURS[token.kind],
                  errorAt !== null &&
                    token.from <= errorAt &&
                    errorAt < token.to &&
                    "underline decoration-error decoration-wavy underline-offset-4",
                )}
              >
                {token.text}
              </span>
            ))}
          </div>
          <input
            ref={input}
            id="filter"
            role="combobox"
            aria-label="Filter"
            aria-expanded={open}
            aria-controls="filter-completions"
            aria-activedescendant={at >= 0 ? `completion-${at}` : undefined}
            aria-invalid={showProblem}
            aria-describedby={showProblem ? "filter-problem" : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={placeholder}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setCaret(event.target.selectionStart);
              setAt(-1);
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            onScroll={(event) => paint.current?.scrollTo({ left: event.currentTarget.scrollLeft })}
            onBlur={() => setCaret(null)}
            onKeyDown={onKey}
            className="mono absolute inset-0 w-full bg-transparent text-transparent caret-fg outline-none placeholder:font-sans placeholder:text-label focus-visible:shadow-none"
          />
        </div>
        {text ? (
          <button
            type="button"
            aria-label="Clear the filter"
            className="rounded text-fg-3 hover:text-fg"
            onClick={() => write("", 0)}
          >
            <Icon icon={X} size={14} />
          </button>
        ) : (
          <Kbd>/</Kbd>
        )}
      </div>
      {(showProblem || open) && (
        <div className="floating absolute top-9 left-0 w-[440px] max-w-full">
          {showProblem && <FilterProblem problem={problem} text={text} at={errorAt} />}
          {open && <Completions choices={choices} at={at} onAccept={accept} onHover={setAt} />}
        </div>
      )}
    </div>
  );
}

function FilterProblem({ problem, text, at }: { problem: ApiProblem; text: string; at: number | null }) {
  return (
    <div id="filter-problem" role="alert" className="p-2 text-label">
      {at !== null && (
        <pre aria-hidden="true" className="mono mb-1 overflow-hidden text-fg-2">
          {text}
          {"\n"}
          <span className="text-error">{`${" ".repeat(Math.min(at, text.length))}▲`}</span>
        </pre>
      )}
      <span className="recorded text-error">{problem.detail || problem.message}</span>
      {problem.expected.length > 0 && (
        <div className="mt-1 text-fg-2">
          Known here: <span className="mono-s">{problem.expected.slice(0, 14).join("  ")}</span>
          {problem.expected.length > 14 && " …"}
        </div>
      )}
    </div>
  );
}

interface Completion {
  value: string;
  operator: string;
  hint: string;
}

function useCompletions(place: CompletionPlace | null): Completion[] {
  const { data: fields = [] } = useQuery(fieldsQuery());
  const field = place?.what === "value" ? place.field : "";
  const info = fields.find((each) => each.name === field);
  const closed = info?.values ?? [];
  const wanted = `${field}:${place?.prefix ?? ""}`;
  const rests = useDelayed(wanted, LOOK_UP_AFTER_MS) === wanted;
  const asked = useQuery({
    ...completionsQuery(field, place?.prefix ?? ""),
    enabled: rests && field !== "" && closed.length === 0 && info?.type !== "number",
  });
  if (!place) return [];
  const prefix = place.prefix.toLowerCase();
  if (place.what === "field") return fieldCompletions(fields, prefix);
  const values = closed.length ? closed.filter((value) => value.toLowerCase().startsWith(prefix)) : (asked.data ?? []);
  return values
    .filter((value) => value !== place.prefix)
    .slice(0, 12)
    .map((value) => ({ value, operator: "", hint: "" }));
}

function fieldCompletions(fields: readonly FieldInfo[], prefix: string): Completion[] {
  const starts = fields.filter((field) => field.name.toLowerCase().startsWith(prefix));
  const holds = prefix
    ? fields.filter((field) => !starts.includes(field) && `${field.name} ${field.label}`.toLowerCase().includes(prefix))
    : [];
  return [...starts, ...holds].slice(0, 12).map((field) => ({
    value: field.name,
    operator: field.type === "number" || field.type === "time" ? ">" : field.type === "map" ? "." : ":",
    hint: field.doc || field.label,
  }));
}

function Completions({
  choices,
  at,
  onAccept,
  onHover,
}: {
  choices: Completion[];
  at: number;
  onAccept: (choice: Completion) => void;
  onHover: (at: number) => void;
}) {
  return (
    <div
      id="filter-completions"
      role="listbox"
      aria-label="Completions"
      className="max-h-[320px] overflow-y-auto border-line p-1 not-first:border-t"
    >
      {choices.map((choice, index) => (
        <div
          key={choice.value}
          id={`completion-${index}`}
          role="option"
          aria-selected={index === at}
          className="menu-item"
          onMouseMove={() => onHover(index)}
          onMouseDown={(event) => {
            event.preventDefault();
            onAccept(choice);
          }}
        >
          <span className="mono-s recorded cut shrink-0 max-w-[60%]">
            {choice.value}
            <span className="text-fg-3">{choice.operator}</span>
          </span>
          <span className="cut text-fg-3">{choice.hint}</span>
        </div>
      ))}
    </div>
  );
}
