import { TextInput } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  label: string;
  description: string;
  /** The saved one; without it, a way is as fast as it is taken. */
  requestsPerSecond: number | null | undefined;
  error: ReactNode;
}

/** How much a second goes over a way at the most. */
export function PaceField({ label, description, requestsPerSecond, error }: Props) {
  return (
    <TextInput
      label={label}
      description={description}
      name="requestsPerSecond"
      type="number"
      inputMode="numeric"
      min={1}
      max={1000}
      step={1}
      defaultValue={requestsPerSecond ?? ""}
      error={error}
      className="short"
    />
  );
}
