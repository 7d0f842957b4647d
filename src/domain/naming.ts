interface NamingRule {
  readonly isBroken: (name: string) => boolean;
  readonly advice: string;
}

/**
 * Of Meta's rules for display names those that can be checked without knowing the business; capitals and punctuation are not
 * among them, as a brand may be written so. Source: Meta, "Display names", guidelines.
 */
const NAMING_RULES: readonly NamingRule[] = [
  {
    isBroken: (name) => !/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{3,75}$/u.test(name),
    advice: 'A display name has 3-75 characters on one line',
  },
  {
    isBroken: (name) => name !== name.trim() || /\p{Zs}{2}/u.test(name),
    advice: 'A display name has single spaces, and none at its ends',
  },
  {
    isBroken: (name) => /\p{Extended_Pictographic}/u.test(name),
    advice: 'A display name has no emoji and no mark such as a trade mark sign',
  },
  {
    isBroken: (name) => /(https?:|www\.|:\/\/)/i.test(name),
    advice: 'A display name is no web address',
  },
  {
    isBroken: (name) => !/\p{L}/u.test(name),
    advice: 'A display name has letters, not only digits and signs',
  },
];

/** Why Meta would decline this name for its form; undefined where only Meta can tell. */
export function namingProblem(name: string): string | undefined {
  return NAMING_RULES.find(({ isBroken }) => isBroken(name))?.advice;
}
