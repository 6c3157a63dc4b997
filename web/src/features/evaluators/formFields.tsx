/** Fields of the evaluator's form: each knows its name, and shows the server's complaint where that names it. */

import { createContext, type ReactNode, useContext, useEffect, useId, useState } from "react";
import { asText, namedFields, readLines, readNumber } from "@/domain/evaluatorForm";
import { cx } from "@/ui/classes";
import { Checkbox, TextInput } from "@/ui/controls";

/** What is wrong with the draft, in the server's words; empty when nothing is. */
export const Complaint = createContext("");

export function useComplaint(name: string): string {
  const complaint = useContext(Complaint);
  return complaint && namedFields(complaint).includes(name) ? complaint : "";
}

const BOX = "w-full rounded-ctl border bg-control p-2 outline-none focus:border-accent";

export function FormField({
  name,
  label,
  hint,
  className,
  children,
}: {
  name: string;
  label: string;
  hint?: string | undefined;
  className?: string;
  children: (id: string, wrong: boolean) => ReactNode;
}) {
  const id = useId();
  const complaint = useComplaint(name);
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="text-label">
        {label}
      </label>
      {children(id, complaint !== "")}
      {hint && <span className="text-micro text-fg-3">{hint}</span>}
      {complaint && (
        <span role="alert" className="recorded text-label text-error">
          {complaint}
        </span>
      )}
    </div>
  );
}

interface Common {
  name: string;
  label: string;
  hint?: string | undefined;
  className?: string;
}

export function TextField({
  value,
  onChange,
  mono = false,
  placeholder,
  ...common
}: Common & { value: string; onChange: (value: string) => void; mono?: boolean; placeholder?: string }) {
  return (
    <FormField {...common}>
      {(id, wrong) => (
        <TextInput
          id={id}
          aria-invalid={wrong}
          className={cx(mono && "mono-s", wrong && "border-error-line")}
          value={value}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </FormField>
  );
}

export function AreaField({
  value,
  onChange,
  rows = 4,
  mono = false,
  ...common
}: Common & { value: string; onChange: (value: string) => void; rows?: number; mono?: boolean }) {
  return (
    <FormField {...common}>
      {(id, wrong) => (
        <textarea
          id={id}
          rows={rows}
          spellCheck={false}
          aria-invalid={wrong}
          className={cx(BOX, mono ? "mono-s" : "text-label", wrong ? "border-error-line" : "border-line-strong")}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </FormField>
  );
}

export function NumberField({
  value,
  onChange,
  ...common
}: Common & { value: unknown; onChange: (value: number | string | undefined) => void }) {
  const [text, setText] = useState(asText(value));
  // What others wrote (another rule, the JSON) replaces the text; one's own comes back as the same number.
  useEffect(() => setText((old) => (readNumber(old) === value ? old : asText(value))), [value]);
  return (
    <FormField {...common}>
      {(id, wrong) => (
        <TextInput
          id={id}
          inputMode="decimal"
          aria-invalid={wrong}
          className={cx(wrong && "border-error-line")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onChange(readNumber(event.target.value));
          }}
        />
      )}
    </FormField>
  );
}

export function LinesField({
  value,
  onChange,
  ...common
}: Common & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const [text, setText] = useState(value.join("\n"));
  const joined = value.join("\n");
  useEffect(() => setText((old) => (readLines(old).join("\n") === joined ? old : joined)), [joined]);
  return (
    <AreaField
      {...common}
      mono
      rows={3}
      value={text}
      onChange={(next) => {
        setText(next);
        onChange(readLines(next));
      }}
    />
  );
}

export function JsonField({
  value,
  onChange,
  ...common
}: Common & { value: unknown; onChange: (value: unknown) => void }) {
  const [text, setText] = useState(pretty(value));
  const kept = pretty(value);
  useEffect(() => setText((old) => (pretty(parsed(old)) === kept ? old : kept)), [kept]);
  return (
    <AreaField
      {...common}
      mono
      rows={8}
      value={text}
      onChange={(next) => {
        setText(next);
        onChange(parsed(next));
      }}
    />
  );
}

function pretty(value: unknown): string {
  return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** What is no JSON stays text, which the server refuses by the field's name. */
function parsed(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function FlagField({
  name,
  label,
  value,
  onChange,
}: {
  name: string;
  label: string;
  value: unknown;
  onChange: (value: boolean) => void;
}) {
  const complaint = useComplaint(name);
  return (
    <span className="flex min-h-7 flex-wrap items-center gap-2 self-end text-label">
      <Checkbox checked={value === true} onChange={onChange} label={label} />
      {label}
      {complaint && (
        <span role="alert" className="recorded text-error">
          {complaint}
        </span>
      )}
    </span>
  );
}
