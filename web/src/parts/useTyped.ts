// A field whose value stands in the address, or comes back from elsewhere later than the next key.
import { useState } from "react";

interface Typed {
  value: string;
  onChange: (text: string) => void;
  onBlur: () => void;
}

/**
 * From the first key until one leaves the field it shows what was typed, with the caret where it was, also what is not told
 * or not taken, such as half a date; before and after that it shows `value`.
 *
 * It does not wait for the focus to be told: the field of a number tells of it only after the first keys of a quick hand, and
 * what was typed would be lost.
 */
export function useTyped(value: string, tell: (text: string) => void): Typed {
  const [typed, setTyped] = useState<string>();
  return {
    value: typed ?? value,
    onChange: (text) => {
      setTyped(text);
      tell(text);
    },
    onBlur: () => setTyped(undefined),
  };
}
