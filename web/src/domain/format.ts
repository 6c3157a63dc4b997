/**
 * How numbers, money, time and sizes are written, once for the whole interface.
 * Pure: no clock and no locale are read here; `now` and the time zone are passed in.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `840 ms`, `12.4 s`, `3 m 05 s`, `2 h 07 m`. Null is "not known", shown as a dash. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  const abs = Math.abs(ms);
  const sign = ms < 0 ? "−" : "";
  if (abs === 0) return "0 ms";
  if (abs < 1) return `${sign}${(abs * 1000).toFixed(0)} µs`;
  if (abs < 9.95) return `${sign}${Number(abs.toFixed(1))} ms`;
  if (abs < 999.5) return `${sign}${abs.toFixed(0)} ms`;
  if (abs < 9_995) return `${sign}${(abs / 1000).toFixed(2)} s`;
  if (abs < 59_950) return `${sign}${(abs / 1000).toFixed(1)} s`;
  if (abs < HOUR - 500) {
    const seconds = Math.round(abs / 1000);
    return `${sign}${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
  }
  if (abs < 2 * DAY) {
    const minutes = Math.round(abs / MINUTE);
    return `${sign}${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
  }
  return `${sign}${formatCount(Math.round(abs / DAY))} d`;
}

/** The figures of money, without the sign of the currency: four significant digits, thousands marked, never scientific. */
export function formatAmount(usd: number | null | undefined): string {
  if (usd === null || usd === undefined || !Number.isFinite(usd)) return "–";
  if (usd === 0) return "0";
  const abs = Math.abs(usd);
  const sign = usd < 0 ? "−" : "";
  if (abs >= 1000) return sign + formatCount(Math.round(abs));
  if (abs < 1e-9) return `${sign}<0.000000001`;
  const decimals = Math.max(2, 3 - Math.floor(Math.log10(abs)));
  const text = abs.toFixed(Math.min(12, decimals));
  return sign + (abs < 0.001 ? text.replace(/0+$/, "") : text);
}

/** `$0.00042`, `$12.35`, `$1,204`; an unpriced amount is a dash, because unpriced is not zero. */
export function formatMoney(usd: number | null | undefined): string {
  const amount = formatAmount(usd);
  if (amount === "–") return amount;
  return amount.startsWith("−") ? `−$${amount.slice(1)}` : `$${amount}`;
}

/** Money on an axis: as few figures as tell the ticks apart. */
export function formatAxisMoney(usd: number): string {
  if (usd === 0) return "$0";
  if (Math.abs(usd) >= 1000) return `$${formatCompact(usd)}`;
  const text = Number(usd.toPrecision(2)).toFixed(Math.max(0, 1 - Math.floor(Math.log10(Math.abs(usd)))));
  return `$${text.includes(".") ? text.replace(/\.?0+$/, "") : text}`;
}

/** Price of a million tokens: `$3.00`. */
export function formatUnitPrice(usdPerMillion: number): string {
  return `$${usdPerMillion < 0.1 ? Number(usdPerMillion.toPrecision(3)).toString() : usdPerMillion.toFixed(2)}`;
}

/** Whole numbers with thousands marks. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const rounded = Math.round(value);
  const digits = Math.abs(rounded).toString();
  return (rounded < 0 ? "−" : "") + digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Short counts for axes and chips: `950`, `12.4 k`, `3.1 M`. */
export function formatCompact(value: number): string {
  const abs = Math.abs(value);
  if (abs < 1000) return Number.isInteger(value) ? String(value) : value.toPrecision(3);
  if (abs < 999_500) return `${trimZero((value / 1000).toFixed(abs < 99_950 ? 1 : 0))} k`;
  if (abs < 999_500_000) return `${trimZero((value / 1e6).toFixed(1))} M`;
  return `${trimZero((value / 1e9).toFixed(1))} G`;
}

function trimZero(text: string): string {
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}

/** A score's value: two decimals, integers bare. */
export function formatScore(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return Number.isInteger(value) && Math.abs(value) > 1 ? String(value) : value.toFixed(2);
}

/** `12.3 %`. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (100 * part) / whole;
  return `${percent !== 0 && percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** `512 B`, `3.4 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** ISO text with microseconds to milliseconds since the epoch, the fraction kept (JavaScript's own parser drops it). */
export function parseTime(iso: string): number {
  const fraction = /\.(\d+)/.exec(iso);
  const whole = Date.parse(iso.replace(/\.\d+/, ""));
  return fraction ? whole + Number(`0.${fraction[1]}`) * 1000 : whole;
}

/** Age in lists: `now`, `9 s`, `4 m`, `3 h`, `12 d`, `7 mo`, `2 y`; the future (a clock ahead) is `in 3 s`. */
export function formatAge(time: number, now: number): string {
  const age = now - time;
  if (!Number.isFinite(age)) return "–";
  if (age < -1500) return `in ${spanOf(-age)}`;
  return age < 1500 ? "now" : spanOf(age);
}

function spanOf(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / 1000)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  if (ms < 60 * DAY) return `${Math.floor(ms / DAY)} d`;
  if (ms < 365 * DAY) return `${Math.floor(ms / (30 * DAY))} mo`;
  return `${Math.floor(ms / (365 * DAY))} y`;
}

/** `1 m ago`, `just now`, `in 3 s`. */
export function formatAgo(time: number, now: number): string {
  const age = formatAge(time, now);
  if (age === "now") return "just now";
  return age.startsWith("in ") || age === "–" ? age : `${age} ago`;
}

type Clock = "time" | "minute" | "date" | "full";

const CLOCKS: Record<Clock, Intl.DateTimeFormatOptions> = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" },
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { year: "numeric", month: "2-digit", day: "2-digit" },
  full: {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
    timeZoneName: "short",
  },
};
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Absolute time in the person's zone: `time` 15:04:52.118, `minute` 15:04, `date` 2026-11-24, `full` all of it. */
export function formatClock(time: number, clock: Clock, timeZone: string): string {
  if (!Number.isFinite(time)) return "–";
  const key = `${clock}/${timeZone}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("sv-SE", { ...CLOCKS[clock], timeZone });
    formatters.set(key, formatter);
  }
  return formatter.format(time).replace(",", ".");
}

/** `7f3a9c41…e2d814`: ids keep both ends, which is what people compare. */
export function shortId(id: string, head = 8, tail = 6): string {
  return id.length <= head + tail + 1 ? id : `${id.slice(0, head)}…${id.slice(-tail)}`;
}

/** One line of text for a cell: white space collapsed, control and invisible direction marks shown as nothing. */
export function oneLine(text: string, max = 300): string {
  const cut = text.length > max * 2 ? text.slice(0, max * 2) : text;
  return cut.replace(UNSEEN, " ").replace(/\s+/g, " ").trim().slice(0, max);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const UNSEEN = /[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]+/g;

/** `1 error`, `3 errors`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
