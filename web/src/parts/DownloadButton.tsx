import { Button, type ButtonProps } from "@mantine/core";
import type { ComponentType, ReactNode } from "react";

interface Props extends ButtonProps {
  path: string;
  /** What is undefined is left out; a list names its parameter several times. */
  query: Record<string, string | number | string[] | undefined>;
  icon: ComponentType<{ size: number; "aria-hidden": true }>;
  children: ReactNode;
}

/** A link to a file that the server makes while it is sent. */
export function DownloadButton({ path, query, icon: Icon, children, ...props }: Props) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) asked.append(name, String(one));
  }
  return (
    <Button
      component="a"
      href={`${path}?${asked.toString()}`}
      download
      variant="default"
      leftSection={<Icon size={17} aria-hidden />}
      {...props}
    >
      {children}
    </Button>
  );
}
