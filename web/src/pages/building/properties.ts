// Properties are texts, numbers or yes and no; in a field they are written as they are meant.

export type PropertyValue = string | number | boolean;

export const shownProperty = (value: PropertyValue): string => String(value);

/** "4" is a number and "true" is a truth; all else is text. */
export function readProperty(text: string): PropertyValue {
  if (text === "true" || text === "false") return text === "true";
  // What would be written in another way is text: "007" stays so.
  return text !== "" && Number.isFinite(Number(text)) && String(Number(text)) === text ? Number(text) : text;
}
