// Which part of the world a map shows: all cells with some country around them.
import type { Cell } from "../../api/context";

const LEAST_DEGREES = 1.2;
const MARGIN = 0.25;

export interface Frame {
  west: number;
  east: number;
  south: number;
  north: number;
}

/** The places with a margin of a quarter of their spread, at least somewhat more than a degree on each side. */
export function frameOf(cells: Pick<Cell, "latitude" | "longitude">[]): Frame {
  const latitudes = cells.map((cell) => cell.latitude);
  const longitudes = cells.map((cell) => cell.longitude);
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const margin = Math.max(LEAST_DEGREES, MARGIN * Math.max(north - south, east - west));
  return { west: west - margin, east: east + margin, south: south - margin, north: north + margin };
}

/** How far around the frame countries are drawn, in its widths: a picture may be much wider than it is high. */
const AROUND = 5;

/** Whether something of these shapes lies within the frame or around it. */
export function isNear(coordinates: unknown, { west, east, south, north }: Frame): boolean {
  const [wide, high] = [AROUND * (east - west), AROUND * (north - south)];
  const found = boundsOf(coordinates);
  return (
    found.west < east + wide && found.east > west - wide && found.south < north + high && found.north > south - high
  );
}

/** Of nested lists of places, each [longitude, latitude]. */
function boundsOf(coordinates: unknown): Frame {
  const bounds = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  const visit = (each: unknown): void => {
    if (!Array.isArray(each)) return;
    const [longitude, latitude] = each as unknown[];
    if (typeof longitude === "number" && typeof latitude === "number") {
      bounds.west = Math.min(bounds.west, longitude);
      bounds.east = Math.max(bounds.east, longitude);
      bounds.south = Math.min(bounds.south, latitude);
      bounds.north = Math.max(bounds.north, latitude);
    } else each.forEach(visit);
  };
  visit(coordinates);
  return bounds;
}
