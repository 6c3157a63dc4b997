/** Where widgets stand: a grid of twelve columns in which nothing overlaps and nothing floats. Pure. */

export const COLUMNS = 12;
export const MAX_HEIGHT = 20;

export interface Place {
  id: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

function overlaps(a: Place, b: Place): boolean {
  return a.id !== b.id && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The place within the grid that is nearest to the one that is wanted. */
export function fitted<P extends Place>(place: P): P {
  const w = clamp(Math.round(place.w), 1, COLUMNS);
  const h = clamp(Math.round(place.h), 1, MAX_HEIGHT);
  return { ...place, w, h, x: clamp(Math.round(place.x), 0, COLUMNS - w), y: Math.max(0, Math.round(place.y)) };
}

/** Reading order: from top to bottom, then from left to right. */
export function inOrder<P extends Place>(places: readonly P[]): P[] {
  return [...places].sort((a, b) => a.y - b.y || a.x - b.x || a.id.localeCompare(b.id));
}

/** Lets everything rise as far as it can; `first` is placed before all others and pushes them down. */
export function settled<P extends Place>(places: readonly P[], first?: string): P[] {
  const order = inOrder(places);
  if (first !== undefined) order.sort((a, b) => Number(b.id === first) - Number(a.id === first));
  const done: P[] = [];
  for (const place of order) {
    let y = place.id === first ? place.y : 0;
    while (done.some((other) => overlaps({ ...place, y }, other))) y++;
    done.push({ ...place, y });
  }
  return first === undefined ? inOrder(done) : settled(done);
}

/** The grid after one widget was dragged or resized to where `change` says. */
export function changed<P extends Place>(
  places: readonly P[],
  id: string,
  change: Partial<Pick<Place, "x" | "y" | "w" | "h">>,
): P[] {
  return settled(
    places.map((place) => (place.id === id ? fitted({ ...place, ...change }) : place)),
    id,
  );
}

/** The first free place of a size, at the bottom. */
export function below(places: readonly Place[], w: number, h: number): Omit<Place, "id"> {
  return { x: 0, y: Math.max(0, ...places.map((place) => place.y + place.h)), w, h };
}

/** An id that no widget has. */
export function newId(widgets: readonly { id: string }[]): string {
  let number = widgets.length + 1;
  while (widgets.some((widget) => widget.id === `w${number}`)) number++;
  return `w${number}`;
}

/** The widgets and one more, at the bottom. */
export function withWidget<P extends Place>(widgets: readonly P[], added: Omit<P, "id" | "x" | "y">): P[] {
  return [...widgets, { ...added, id: newId(widgets), ...below(widgets, added.w, added.h) } as P];
}
