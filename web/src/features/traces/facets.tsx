/** Facets with counts. A click edits the typed filter, which stays the one truth. */

import { useQuery } from "@tanstack/react-query";
import { Check, ChevronDown, Minus, Search } from "lucide-react";
import { useState } from "react";
import { facetQuery, facetsQuery, fieldsQuery } from "@/api/metrics";
import type { ListQuery } from "@/api/traces";
import type { Facet, FieldInfo, Outcome } from "@/api/types";
import { canRemove, chosenValues, excludedValues, removeField, toggleValue } from "@/domain/filterText";
import { formatCount } from "@/domain/format";
import { cx } from "@/ui/classes";
import { useKept } from "@/ui/hooks";
import { Icon, OutcomeIcon } from "@/ui/icons";
import { useLate } from "@/ui/states";

/** Counted at once, in this order, where the server knows them. The others are counted when they are opened. */
const FIRST = [
  "outcome",
  "feature",
  "model",
  "release",
  "user_tier",
  "prompt_name",
  "name",
  "tags",
  "tool_name",
  "document_classes",
  "provider",
];
const SHORT = 6;
const LONG = 30;

export interface FacetsProps {
  text: string;
  query: ListQuery;
  /** Whether it may ask now. */
  enabled: boolean;
  onChange: (text: string) => void;
}

export function Facets({ text, query, enabled, onChange }: FacetsProps) {
  const [find, setFind] = useState("");
  const { data: fields = [] } = useQuery(fieldsQuery());
  const all = facetFields(fields);
  const names = all.filter((field) => FIRST.includes(field.name)).map((field) => field.name);
  const facets = useQuery({ ...facetsQuery(names, query, SHORT), enabled: enabled && names.length > 0 });
  const counted = useKept(facets.data);
  const waiting = useLate(facets.isPending && !counted);
  const shown = all.filter((field) => `${field.label} ${field.name}`.toLowerCase().includes(find.toLowerCase()));
  return (
    <aside aria-label="Facets" className="flex h-full flex-col">
      <label className="flex h-9 shrink-0 items-center gap-1.5 px-4 text-fg-3">
        <Icon icon={Search} size={14} />
        <input
          value={find}
          onChange={(event) => setFind(event.target.value)}
          placeholder="Find a facet"
          className="min-w-0 flex-1 bg-transparent text-label text-fg outline-none focus-visible:shadow-none"
        />
      </label>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">
        {waiting && names.map((name) => <div key={name} className="skeleton mb-6 h-16" />)}
        {counted &&
          shown.map((field) => {
            const facet = counted.data[field.name];
            const first = FIRST.includes(field.name);
            const chosen = chosenValues(text, field.name).length + excludedValues(text, field.name).length;
            if (first && !facet?.data.length && !chosen) return null;
            return (
              <FacetGroup
                key={field.name}
                field={field}
                facet={facet}
                chosen={chosen}
                text={text}
                query={query}
                enabled={enabled}
                onChange={onChange}
              />
            );
          })}
      </div>
    </aside>
  );
}

function facetFields(fields: readonly FieldInfo[]): FieldInfo[] {
  const place = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return fields
    .filter((field) => field.facet && field.name !== "environment")
    .sort((a, b) => place(a.name) - place(b.name));
}

const NOTHING: Facet = { data: [], other_count: 0, missing_count: 0 };

interface GroupProps extends FacetsProps {
  field: FieldInfo;
  /** Counted already; undefined for a facet that is counted when it is opened. */
  facet: Facet | undefined;
  chosen: number;
}

function FacetGroup({ field, facet, chosen, text, query, enabled, onChange }: GroupProps) {
  const [shut, setShut] = useState(facet === undefined && chosen === 0);
  const [long, setLong] = useState(false);
  // A facet that the filter names is counted without its own terms, so that its other values stay on offer.
  const own = chosen > 0 && canRemove(query.filter);
  const [unfiltered, setUnfiltered] = useState(facet);
  if (!own && facet && facet !== unfiltered) setUnfiltered(facet);
  const asked = own ? { ...query, filter: removeField(query.filter, field.name) } : query;
  const all = useQuery({
    ...facetQuery(field.name, asked, long ? LONG : SHORT),
    enabled: enabled && !shut && (own || long || !facet),
  });
  const data = (own || long || !facet ? all.data : facet) ?? unfiltered ?? facet ?? NOTHING;
  const wanted = chosenValues(text, field.name);
  const excluded = excludedValues(text, field.name);
  const missing = [...wanted, ...excluded].filter((value) => !data.data.some((each) => each.value === value));
  const rows = [...data.data, ...missing.map((value) => ({ value, count: 0 }))];
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <section aria-label={field.label} className="pt-1 pb-2">
      <div className="-ml-1 flex h-6 items-center">
        <button
          type="button"
          aria-expanded={!shut}
          className="flex min-w-0 flex-1 items-center gap-1 rounded text-label font-semibold"
          onClick={() => setShut(!shut)}
        >
          <Icon icon={ChevronDown} size={14} className={cx("text-fg-3 transition-transform", shut && "-rotate-90")} />
          <span className="cut">{field.label}</span>
        </button>
        {chosen > 0 && (
          <button
            type="button"
            className="rounded px-1 text-micro text-accent-fg"
            onClick={() => onChange(removeField(text, field.name))}
          >
            clear {chosen}
          </button>
        )}
      </div>
      {!shut && (
        <>
          {rows.map((row) => (
            <FacetValue
              key={row.value}
              field={field.name}
              value={row.value}
              count={row.count}
              share={row.count / most}
              state={wanted.includes(row.value) ? "on" : excluded.includes(row.value) ? "off" : "none"}
              onToggle={(negated) =>
                onChange(toggleFrom(text, field.name, row.value, negated, excluded.includes(row.value)))
              }
            />
          ))}
          {rows.length === 0 && all.data && <p className="h-6 pl-5 text-label text-fg-3">none</p>}
          {(data.other_count > 0 || long) && (
            <button type="button" className="h-6 rounded text-label text-accent-fg" onClick={() => setLong(!long)}>
              {long ? "Fewer" : "More"}
            </button>
          )}
        </>
      )}
    </section>
  );
}

/** A click on an excluded value takes the exclusion away; alt-click excludes. */
function toggleFrom(text: string, field: string, value: string, negated: boolean, excluded: boolean): string {
  return toggleValue(text, field, value, excluded || negated);
}

interface ValueProps {
  field: string;
  value: string;
  count: number;
  share: number;
  state: "on" | "off" | "none";
  onToggle: (negated: boolean) => void;
}

function FacetValue({ field, value, count, share, state, onToggle }: ValueProps) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={state === "on" ? true : state === "off" ? "mixed" : false}
      aria-label={`${value}, ${formatCount(count)}${state === "off" ? ", excluded" : ""}`}
      title={`${value}\nClick: only this. Alt+click: without it.`}
      onClick={(event) => onToggle(event.altKey)}
      className={cx(
        "relative flex h-6 w-full items-center gap-1.5 rounded-bar text-label",
        state === "on" ? "font-medium text-fg" : "text-fg-2 hover:text-fg",
      )}
    >
      <span
        className={cx(
          "grid size-3.5 shrink-0 place-items-center rounded-bar border",
          state === "on" && "border-solid bg-solid text-on-solid",
          state === "off" && "border-error bg-error-soft text-error",
          state === "none" && "border-mark",
        )}
      >
        {state === "on" && <Check size={10} strokeWidth={3} aria-hidden="true" />}
        {state === "off" && <Minus size={10} strokeWidth={3} aria-hidden="true" />}
      </span>
      {field === "outcome" && <OutcomeIcon outcome={value as Outcome} size={13} />}
      <span className={cx("recorded cut flex-1 text-left", state === "off" && "line-through")}>
        {value || "(empty)"}
      </span>
      <span className="text-fg-3">{formatCount(count)}</span>
      <span
        aria-hidden="true"
        className={cx("absolute bottom-0 left-0 h-0.5 rounded-sm", state === "on" ? "bg-accent-line" : "bg-n4")}
        style={{ width: `${Math.max(2, share * 100)}%` }}
      />
    </button>
  );
}
