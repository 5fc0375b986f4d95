// A field whose value stands in the address, or comes back from elsewhere later than the next key.
import { useState } from "react";

interface Typed {
  value: string;
  onChange: (text: string) => void;
  onFocus: () => void;
  onBlur: () => void;
}

/**
 * While one is in the field it shows what was typed, with the caret where it was, also what is not told or not taken, such as
 * half a date; before and after that it shows `value`.
 */
export function useTyped(value: string, tell: (text: string) => void): Typed {
  const [typed, setTyped] = useState<string>();
  return {
    value: typed ?? value,
    onChange: (text) => {
      // A number may be put within its bounds as one leaves the field.
      setTyped((before) => (before === undefined ? undefined : text));
      tell(text);
    },
    onFocus: () => setTyped(value),
    onBlur: () => setTyped(undefined),
  };
}
