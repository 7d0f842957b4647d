interface Happening {
  readonly atMs: number;
  /** Of two in one instant, what was planned first comes first. */
  readonly order: number;
  readonly happen: () => void;
}

/** A virtual clock that jumps from one happening to the next. */
export interface Timeline {
  readonly nowMs: () => number;
  readonly at: (atMs: number, happen: () => void) => void;
  /** Until nothing is planned any more. */
  readonly run: () => void;
}

export function createTimeline(startAtMs: number): Timeline {
  const heap: Happening[] = [];
  let nowMs = startAtMs;
  let planned = 0;
  return {
    nowMs: () => nowMs,
    at: (atMs, happen) => {
      planned += 1;
      push(heap, { atMs: Math.max(atMs, nowMs), order: planned, happen });
    },
    run: () => {
      for (let next = pop(heap); next !== undefined; next = pop(heap)) {
        nowMs = next.atMs;
        next.happen();
      }
    },
  };
}

function isBefore(a: Happening, b: Happening | undefined): boolean {
  return b === undefined || a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Happening[], happening: Happening): void {
  let place = heap.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, happening)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = happening;
}

function pop(heap: Happening[]): Happening | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    const below = lesserChildOf(heap, place);
    const child = heap[below];
    if (child === undefined || isBefore(last, child)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
  return first;
}

function lesserChildOf(heap: readonly Happening[], place: number): number {
  const left = heap[2 * place + 1];
  return left === undefined || isBefore(left, heap[2 * place + 2]) ? 2 * place + 1 : 2 * place + 2;
}
