/** Small controls: buttons, badges, keys, segments, copy. They draw; they know nothing of data. */

import { Check, Copy } from "lucide-react";
import { type ComponentProps, type ReactNode, useState } from "react";
import { cx } from "./classes";
import { Icon, type IconType } from "./icons";

type Look = "default" | "ghost" | "primary" | "danger";

const LOOKS: Record<Look, string> = {
  default: "border-line-strong bg-control hover:bg-hover",
  ghost: "border-transparent text-fg-2 hover:bg-hover hover:text-fg",
  primary: "border-solid bg-solid text-on-solid hover:opacity-90",
  danger: "border-error-line bg-error-soft text-error hover:opacity-90",
};

export interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  icon?: IconType;
  /** Only the icon is shown; `aria-label` is then its name. */
  square?: boolean;
}

export function Button({ look = "default", icon, square, className, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(
        "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-ctl border text-label font-medium transition-colors duration-75 disabled:cursor-default disabled:opacity-50",
        square ? "w-7" : "px-2.5",
        LOOKS[look],
        className,
      )}
      title={square ? rest["aria-label"] : undefined}
      {...rest}
    >
      {icon && <Icon icon={icon} size={square ? 16 : 14} className={look === "primary" ? "" : "text-fg-3"} />}
      {children}
    </button>
  );
}

/** A button of a page's head: on a phone only its icon is shown. */
export function HeadButton({ label, ...rest }: ButtonProps & { label: string; icon: IconType }) {
  return (
    <Button aria-label={label} title={label} {...rest}>
      <span className="max-wide:hidden">{label}</span>
    </Button>
  );
}

type Tone = "plain" | "error" | "warn" | "refused" | "good" | "accent";
const TONES: Record<Tone, string> = {
  plain: "bg-n3 text-fg-2",
  error: "bg-error-soft text-error",
  warn: "bg-warn-soft text-warn",
  refused: "bg-refused-soft text-refused",
  good: "bg-good-soft text-good",
  accent: "bg-accent-soft text-accent-fg",
};

export function Badge({
  tone = "plain",
  icon,
  children,
  title,
}: {
  tone?: Tone;
  icon?: IconType;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex h-5 max-w-full items-center gap-1 rounded px-1.5 text-label font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {icon && <Icon icon={icon} size={12} />}
      <span className="cut">{children}</span>
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-block min-w-[18px] rounded border border-line-strong bg-bg px-1 text-center font-sans text-micro font-medium text-fg-3">
      {children}
    </kbd>
  );
}

/** A key binding as keys: `mod+k` is ⌘K on a Mac, Ctrl K elsewhere. */
export function Keys({ binding }: { binding: string }) {
  const mac = navigator.platform.startsWith("Mac");
  const names: Record<string, string> = {
    mod: mac ? "⌘" : "Ctrl",
    shift: "⇧",
    escape: "Esc",
    enter: "↵",
    arrowup: "↑",
    arrowdown: "↓",
  };
  return (
    <span className="inline-flex items-center gap-1">
      {binding.split(/[ +]/).map((key) => (
        <Kbd key={key}>{names[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</Kbd>
      ))}
    </span>
  );
}

export interface SegmentOption<V extends string> {
  value: V;
  label: string;
  icon?: IconType;
}

/** A choice of few, always visible. */
export function Segments<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V;
  options: readonly SegmentOption<V>[];
  onChange: (value: V) => void;
}) {
  return (
    <fieldset
      aria-label={label}
      className="inline-flex h-7 w-fit shrink-0 overflow-hidden rounded-ctl border border-line-strong bg-control"
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cx(
            "inline-flex items-center gap-1.5 border-r border-line px-2.5 text-label font-medium last:border-r-0 focus-visible:relative focus-visible:z-1",
            option.value === value ? "bg-n3 text-fg" : "text-fg-2 hover:bg-hover",
          )}
        >
          {option.icon && (
            <Icon icon={option.icon} size={14} className={option.value === value ? "text-accent-fg" : "text-fg-3"} />
          )}
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}

/** Copies a text and says so for a moment. */
export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  };
  return (
    <button
      type="button"
      aria-label={done ? "Copied" : label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
      className={cx(
        "inline-flex size-5 shrink-0 items-center justify-center rounded text-fg-3 hover:bg-hover hover:text-fg",
        className,
      )}
    >
      <Icon icon={done ? Check : Copy} size={12} className={done ? "text-good" : ""} />
    </button>
  );
}

/** A number with its name above, for the line of facts on top of a page. */
export function Stat({ label, children, title }: { label: string; children: ReactNode; title?: string }) {
  return (
    <div className="flex shrink-0 flex-col" title={title}>
      <dt className="text-micro text-fg-3">{label}</dt>
      <dd className="flex min-h-5 items-center gap-1 text-body font-medium whitespace-nowrap">{children}</dd>
    </div>
  );
}

export function TextInput({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      {...rest}
      className={cx(
        "h-7 min-w-0 rounded-ctl border border-line-strong bg-control px-2 text-label outline-none focus:border-accent focus-visible:shadow-[0_0_0_3px_var(--accent-soft)]",
        className,
      )}
    />
  );
}

/** A choice of many: a field that opens the list of the system. An option is a value, or a value with its words. */
export function Select<V extends string>({
  id,
  label,
  value,
  options,
  onChange,
  className,
}: {
  /** For a `label` that stands beside it. */
  id?: string;
  /** Its name, where no `label` element around it gives one. */
  label?: string;
  value: V;
  options: readonly (V | readonly [value: V, words: string])[];
  onChange: (value: V) => void;
  className?: string;
}) {
  return (
    <select
      id={id}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as V)}
      className={cx(
        "h-7 min-w-0 rounded-ctl border border-line-strong bg-control px-2 text-label text-fg outline-none focus:border-accent focus-visible:shadow-[0_0_0_3px_var(--accent-soft)]",
        className,
      )}
    >
      {options.map((option) => {
        const [name, words] = typeof option === "string" ? [option, option] : option;
        return (
          <option key={name} value={name}>
            {words}
          </option>
        );
      })}
    </select>
  );
}

export function Checkbox({
  checked,
  onChange,
  label,
}: {
  checked: boolean | "mixed";
  onChange: (checked: boolean) => void;
  label: string;
}) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={checked}
      aria-label={label}
      onClick={(event) => {
        event.stopPropagation();
        onChange(checked !== true);
      }}
      className={cx(
        "grid size-3.5 shrink-0 place-items-center rounded-bar border",
        checked ? "border-solid bg-solid text-on-solid" : "border-mark bg-control hover:border-fg-3",
      )}
    >
      {checked === true && <Check size={10} strokeWidth={3} aria-hidden="true" />}
      {checked === "mixed" && <span className="h-0.5 w-2 bg-on-solid" />}
    </button>
  );
}
