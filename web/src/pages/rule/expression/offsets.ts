// The language counts characters, the editor UTF-16 units; they differ where a text has signs such as 🌞.

/** Units from the start -> characters from the start. */
export const toCharacters = (text: string, units: number): number => [...text.slice(0, units)].length;

/** Characters from the start -> units from the start. */
export const toUnits = (text: string, characters: number): number => [...text].slice(0, characters).join("").length;
