import { TextInput, type TextInputProps } from "@mantine/core";
import { useTyped } from "./useTyped";

interface Props extends Omit<TextInputProps, "value" | "onChange" | "onFocus" | "onBlur"> {
  /** From the address. */
  value: string;
  onText: (text: string) => void;
}

/** A line whose value stands in the address: see useTyped. */
export function TypedInput({ value, onText, ...props }: Props) {
  const typed = useTyped(value, onText);
  return <TextInput {...props} {...typed} onChange={(event) => typed.onChange(event.currentTarget.value)} />;
}
