/** The traces before and after this one in the list that the person came from: remembered by the list, read by `[` and `]`. */

let order: readonly string[] = [];

export function rememberOrder(traceIds: readonly string[]): void {
  order = traceIds;
}

export function neighbour(traceId: string, step: -1 | 1): string | null {
  const at = order.indexOf(traceId);
  return at === -1 ? null : (order[at + step] ?? null);
}
