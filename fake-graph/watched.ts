/** A top-level value of the world, or one entry of it. */
export interface Place {
  part?: string | undefined;
  key?: string | undefined;
}

export interface Watching {
  /** Parts that are kept entry by entry; the others as one value. */
  collections: ReadonlySet<string>;
  touched: (place: Place & { part: string }) => void;
}

const rawOf = new WeakMap<object, object>();

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const unwrapped = (value: unknown): unknown =>
  isObject(value) ? (rawOf.get(value) ?? value) : value;

/**
 * The same value, except that whoever changes it, at any depth and at any time, is noticed. No rule has to remember to
 * report its changes, so none can forget to.
 */
export function watched<T extends object>(target: T, watching: Watching): T {
  return createWrapper(watching)(target, {});
}

type Wrap = <V extends object>(raw: V, where: Place) => V;

function createWrapper({ collections, touched }: Watching): Wrap {
  const wrappers = new WeakMap<object, { wrapper: object }>();

  const inside = ({ part, key }: Place, name: string): Place & { part: string } => {
    if (part === undefined) return { part: name };
    return { part, key: key ?? (collections.has(part) ? name : undefined) };
  };

  const known = (raw: object, where: Place): object => {
    const kept = wrappers.get(raw);
    if (kept !== undefined) return kept.wrapper;
    const wrapper = wrap(raw, where);
    wrappers.set(raw, { wrapper });
    return wrapper;
  };

  const wrap: Wrap = (raw, where) => {
    const wrapper = new Proxy(raw, {
      get: (target, name, receiver) => {
        const value = unwrapped(Reflect.get(target, name, receiver));
        return isObject(value) && typeof name === 'string'
          ? known(value, inside(where, name))
          : value;
      },
      set: (target, name, given) => {
        const value = unwrapped(given);
        if (typeof name !== 'string') return Reflect.set(target, name, value);
        const place = inside(where, name);
        const isEntry = where.part === undefined || (where.key === undefined && place.key === name);
        // What moves to another place reports from there.
        if (isEntry && isObject(value)) wrappers.delete(value);
        if (!Object.is(Reflect.get(target, name), value) || !(name in target)) touched(place);
        return Reflect.set(target, name, value);
      },
      deleteProperty: (target, name) => {
        if (typeof name === 'string') touched(inside(where, name));
        return Reflect.deleteProperty(target, name);
      },
    });
    rawOf.set(wrapper, raw);
    return wrapper;
  };
  return wrap;
}
