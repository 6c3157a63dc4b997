/** Chooses the time range of all pages: a preset that moves with the clock, or two instants. */

import { ChevronDown, ChevronLeft, ChevronRight, Clock, ZoomOut } from "lucide-react";
import { useState } from "react";
import { rangeOf } from "@/domain/address";
import { formatClock } from "@/domain/format";
import { PRESETS, rangeName, resolveRange, shiftRange, type TimeRange, widenRange } from "@/domain/timeRange";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { Button, TextInput } from "@/ui/controls";
import { useNow } from "@/ui/hooks";
import { Icon } from "@/ui/icons";
import { Popover } from "@/ui/overlays";
import { usePreference, useTimeZone } from "@/ui/preferences";

export function TimePicker() {
  const [search, patch] = useAddress();
  const [open, setOpen] = useState(false);
  const now = useNow();
  const zone = useTimeZone();
  const range = rangeOf(search);
  const choose = (next: TimeRange) => {
    patch({ from: next.from, to: next.to || null });
    setOpen(false);
  };
  const name = rangeName(range);
  const label = name ? `Last ${name}` : spanText(range, now, zone);
  return (
    <Popover
      label="Time range"
      open={open}
      onOpenChange={setOpen}
      className="w-[280px] p-1"
      trigger={
        <Button icon={Clock} aria-label={`Time range: ${label}`}>
          <span className="max-wide:hidden">{label}</span>
          <span className="wide:hidden">{name ?? "Range"}</span>
          <Icon icon={ChevronDown} size={12} className="text-fg-3 max-wide:hidden" />
        </Button>
      }
    >
      {PRESETS.map((preset) => (
        <button
          key={preset.from}
          type="button"
          className={cx(
            "menu-item w-full hover:bg-hover",
            preset.from === range.from && !range.to && "bg-accent-soft text-accent-fg",
          )}
          onClick={() => choose({ from: preset.from, to: "" })}
        >
          <span className="flex-1 text-left">{preset.label}</span>
          <span className="text-fg-3">{preset.from.slice(1)}</span>
        </button>
      ))}
      <div className="mt-1 flex gap-1 border-t border-line p-2">
        <Button
          square
          look="ghost"
          icon={ChevronLeft}
          aria-label="Earlier"
          onClick={() => choose(shiftRange(range, -1, now))}
        />
        <Button
          square
          look="ghost"
          icon={ChevronRight}
          aria-label="Later"
          onClick={() => choose(shiftRange(range, 1, now))}
        />
        <Button
          square
          look="ghost"
          icon={ZoomOut}
          aria-label="Twice as wide"
          onClick={() => choose(widenRange(range, now))}
        />
        <div className="flex-1" />
        <ZoneChoice />
      </div>
      <Instants range={range} onChoose={choose} />
    </Popover>
  );
}

function spanText(range: TimeRange, now: number, zone: string): string {
  const { from, to } = resolveRange(range, now);
  const sameDay = formatClock(from, "date", zone) === formatClock(to, "date", zone);
  const day = (time: number) => formatClock(time, "date", zone).slice(5);
  const minute = (time: number) => formatClock(time, "minute", zone);
  return sameDay
    ? `${day(from)}, ${minute(from)} – ${minute(to)}`
    : `${day(from)} ${minute(from)} – ${day(to)} ${minute(to)}`;
}

function ZoneChoice() {
  const [choice, setChoice] = usePreference("timeZone");
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Button
      look="ghost"
      onClick={() => setChoice(choice === "UTC" ? "local" : "UTC")}
      title="Time zone in which times are written"
    >
      {choice === "UTC" ? "UTC" : local}
    </Button>
  );
}

function Instants({ range, onChoose }: { range: TimeRange; onChoose: (range: TimeRange) => void }) {
  const now = useNow();
  const resolved = resolveRange(range, now);
  const [from, setFrom] = useState(localText(resolved.from));
  const [to, setTo] = useState(localText(resolved.to));
  const valid = !Number.isNaN(Date.parse(from)) && !Number.isNaN(Date.parse(to)) && Date.parse(from) < Date.parse(to);
  return (
    <form
      className="flex flex-col gap-2 border-t border-line p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onChoose({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
      }}
    >
      <label className="flex items-center gap-2 text-label text-fg-2">
        <span className="w-9">From</span>
        <TextInput
          type="datetime-local"
          step="1"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          className="flex-1"
        />
      </label>
      <label className="flex items-center gap-2 text-label text-fg-2">
        <span className="w-9">To</span>
        <TextInput
          type="datetime-local"
          step="1"
          value={to}
          onChange={(event) => setTo(event.target.value)}
          className="flex-1"
        />
      </label>
      <Button type="submit" look="primary" disabled={!valid}>
        Apply
      </Button>
    </form>
  );
}

/** What `datetime-local` reads: local time without a zone. */
function localText(time: number): string {
  const date = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19);
}
