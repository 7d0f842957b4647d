/** True for six decimal digits that are not a repeat (`000000`) and not a run (`123456`, `987654`): Meta may refuse those. */
export function isAcceptablePin(pin: string): boolean {
  return /^[0-9]{6}$/.test(pin) && !hasConstantStep(pin);
}

function hasConstantStep(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, i) => (digit - (digits[i] ?? 0) + 10) % 10);
  const constant = new Set(steps).size === 1;
  return constant && [0, 1, 9].includes(steps[0] ?? -1);
}
