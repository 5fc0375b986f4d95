// Ids of what has none: members of a list that are edited in their places, moved and taken away.
import { useState } from "react";

export interface Ids {
  /** One for each member, from 1; it stays with the member that it was given to. */
  ids: number[];
  /** To be told of every change of places, together with the list itself. A member that was added behind gets an id by itself. */
  changeTo: (ids: number[]) => void;
}

export function useIds(count: number): Ids {
  const [kept, setKept] = useState<number[]>([]);
  const next = Math.max(0, ...kept) + 1;
  // A list that was replaced by another, as by one from the server, keeps the ids of its places.
  const ids = Array.from({ length: count }, (_, place) => kept[place] ?? next + place - kept.length);
  return { ids, changeTo: setKept };
}
