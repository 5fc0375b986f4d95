/** The text in a language, or else in any that there is. */
export const textIn = <Text>(texts: Record<string, Text> | undefined, language: string): Text | undefined =>
  texts?.[language] ?? Object.values(texts ?? {})[0];
