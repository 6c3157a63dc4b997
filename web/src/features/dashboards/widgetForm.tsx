/** Makes and changes a widget, with the widget itself beside the form as it will be. */

import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { fieldsQuery, scoreNamesQuery } from "@/api/metrics";
import {
  aggregationsOf,
  CHART_LABELS,
  CHARTS,
  type Chart,
  isTimed,
  MEASURES,
  type Measure,
  measureLabel,
  type Widget,
} from "@/domain/dashboards";
import { Button, Select, TextInput } from "@/ui/controls";
import { useDelayed } from "@/ui/hooks";
import { Dialog } from "@/ui/overlays";
import { heightOf } from "./grid";
import { WidgetCard } from "./widgetCard";

const PREVIEW_ROWS = 5;
const MOST_DIMENSIONS = 2;

export interface WidgetFormProps {
  widget: Widget;
  isNew: boolean;
  onClose: () => void;
  onSave: (widget: Widget) => void;
}

export function WidgetForm({ widget, isNew, onClose, onSave }: WidgetFormProps) {
  const [draft, setDraft] = useState(widget);
  const shown = useDelayed(draft, 300);
  const change = (part: Partial<Widget>) => setDraft({ ...draft, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({ ...draft, title: draft.title.trim() || titleOf(draft) });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={isNew ? "New widget" : "Edit the widget"} wide>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <div style={{ height: heightOf(PREVIEW_ROWS - 1) }}>
          <WidgetCard widget={{ ...shown, title: shown.title || titleOf(shown) }} height={heightOf(PREVIEW_ROWS - 1)} />
        </div>
        <div className="grid gap-3 wide:grid-cols-2">
          <Labelled label="Title">
            <TextInput
              className="w-full"
              value={draft.title}
              placeholder={titleOf(draft)}
              onChange={(event) => change({ title: event.target.value })}
            />
          </Labelled>
          <Labelled label="Chart">
            <Select
              value={draft.chart}
              options={CHARTS.map((chart) => [chart, CHART_LABELS[chart]])}
              onChange={(chart) => change({ chart: chart as Chart })}
            />
          </Labelled>
        </div>
        <Measures measures={draft.measures} onChange={(measures) => change({ measures })} />
        <Dimensions dimensions={draft.dimensions} onChange={(dimensions) => change({ dimensions })} />
        <Labelled label="Filter, besides the dashboard’s">
          <TextInput
            className="mono w-full"
            value={draft.filter}
            placeholder="kind:generation"
            onChange={(event) => change({ filter: event.target.value })}
          />
        </Labelled>
        <div className="flex flex-wrap gap-3">
          <Labelled label="Better is">
            <Select
              value={draft.better}
              options={[
                ["", "neither"],
                ["more", "more"],
                ["less", "less"],
              ]}
              onChange={(better) => change({ better: better as Widget["better"] })}
            />
          </Labelled>
          {isTimed(draft) && (
            <>
              <Labelled label="Interval">
                <Select
                  value={draft.interval}
                  options={["auto", "minute", "5minute", "hour", "day", "week"].map((name) => [name, name])}
                  onChange={(interval) => change({ interval })}
                />
              </Labelled>
              <Labelled label="Mean over intervals">
                <TextInput
                  type="number"
                  min={0}
                  max={90}
                  className="num w-20"
                  value={draft.smooth}
                  onChange={(event) => change({ smooth: Number(event.target.value) })}
                />
              </Labelled>
            </>
          )}
          <Labelled label="Values by name">
            <TextInput
              type="number"
              min={1}
              max={50}
              className="num w-20"
              value={draft.series}
              onChange={(event) => change({ series: Math.max(1, Number(event.target.value)) })}
            />
          </Labelled>
        </div>
        <footer className="flex justify-end gap-2 border-t border-line pt-3">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={draft.measures.length === 0}>
            {isNew ? "Add widget" : "Keep changes"}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function titleOf(widget: Widget): string {
  const [first] = widget.measures;
  const what = first ? measureLabel(first) : "Widget";
  return widget.dimensions.length ? `${what} by ${widget.dimensions.join(" and ")}` : what;
}

export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-micro text-fg-3">{label}</span>
      {children}
    </label>
  );
}

function Measures({ measures, onChange }: { measures: Measure[]; onChange: (measures: Measure[]) => void }) {
  const { data: scores = [] } = useQuery(scoreNamesQuery());
  const names = [...MEASURES, ...scores.map((name) => `score:${name}`)];
  const known = (name: string): [string, string][] =>
    (names.includes(name) ? names : [name, ...names]).map((each) => [
      each,
      each.startsWith("score:") ? `Score ${each.slice(6)}` : measureLabel({ measure: each, aggregation: "sum" }),
    ]);
  const replace = (place: number, measure: Measure) =>
    onChange(measures.map((each, at) => (at === place ? measure : each)));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-micro text-fg-3">Shows</legend>
      {measures.map((measure, place) => (
        <div key={place} className="flex gap-2">
          <Select
            label={`Measure ${place + 1}`}
            value={measure.measure}
            options={known(measure.measure)}
            onChange={(name) => {
              const fitting = aggregationsOf(name);
              const kept = fitting.includes(measure.aggregation) ? measure.aggregation : defaultOf(name, fitting);
              replace(place, { measure: name, aggregation: kept });
            }}
          />
          <Select
            label={`Aggregation ${place + 1}`}
            value={measure.aggregation}
            options={aggregationsOf(measure.measure).map((name) => [name, name === "avg" ? "mean" : name])}
            onChange={(aggregation) => replace(place, { ...measure, aggregation })}
          />
          {measures.length > 1 && (
            <Button
              look="ghost"
              square
              icon={X}
              aria-label={`Remove measure ${place + 1}`}
              onClick={() => onChange(measures.filter((_, at) => at !== place))}
            />
          )}
        </div>
      ))}
      {measures.length < 6 && (
        <Button
          look="ghost"
          icon={Plus}
          className="w-fit"
          onClick={() => onChange([...measures, { measure: "duration", aggregation: "p95" }])}
        >
          Another measure
        </Button>
      )}
    </fieldset>
  );
}

function defaultOf(measure: string, fitting: readonly string[]): string {
  if (measure.startsWith("score:")) return "avg";
  return measure === "duration" || measure === "ttft" ? "p95" : (fitting[0] ?? "count");
}

function Dimensions({ dimensions, onChange }: { dimensions: string[]; onChange: (dimensions: string[]) => void }) {
  const { data: fields = [] } = useQuery(fieldsQuery());
  const id = useId();
  const usable = fields.filter((field) => field.facet || field.name === "user_id" || field.name === "session_id");
  const options = usable.map((field): [string, string] => [field.name, field.label || field.name]);
  return (
    <div className="flex flex-wrap items-end gap-2">
      {[...dimensions, ...(dimensions.length < MOST_DIMENSIONS ? [""] : [])].map((dimension, place) => (
        <Labelled key={`${id}${place}`} label={place === 0 ? "Split by" : "and by"}>
          <Select
            value={dimension}
            options={[
              ["", "–"],
              ...(dimension && !options.some(([name]) => name === dimension)
                ? [[dimension, dimension] as [string, string]]
                : []),
              ...options,
            ]}
            onChange={(name) =>
              onChange([...dimensions.slice(0, place), name, ...dimensions.slice(place + 1)].filter(Boolean))
            }
          />
        </Labelled>
      ))}
    </div>
  );
}
