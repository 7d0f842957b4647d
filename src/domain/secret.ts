const HIDDEN = '«secret»';

/**
 * A token, PIN, one-time code or certificate. Prints as «secret» wherever a value is printed by accident: string
 * templates, JSON and Node's inspector. `reveal` is called as late as possible, by the code that sends or seals it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}
