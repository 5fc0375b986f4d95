// What is drawn alike in every chart: the colours of lines and of energies, and names as texts.

export const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6"];

/** Each energy has one colour wherever it is shown. */
export const COLOUR_OF = {
  ENERGY_CONSUMPTION: "--series-1",
  GRID_ENERGY_CONSUMPTION: "--series-2",
  ENERGY_GENERATION: "--series-3",
} as const;

/** Names of rules and devices are people's own words: shown as text, never as markup. */
export const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
