// What a graph of lines draws.

export interface Span {
  fromMs: number;
  toMs: number;
}

/** One line; `timestamps` are epoch seconds. */
export interface DrawnLine {
  /** Tells it from all others. */
  key: string;
  name: string;
  /** What its points are, above them in a table. */
  caption: string;
  unit: string;
  /** How many there are; more than are listed where points were left out. */
  points: number;
  timestamps: number[];
  values: number[];
}

export interface Drawn extends Span {
  lines: DrawnLine[];
  timeZoneId: string;
}

/** What of the time a graph shows, and where on the page. */
export interface Area extends Span {
  leftPx: number;
  widthPx: number;
}
