// A part of a page with a form, under a title of its own.
import { Title } from "@mantine/core";
import type { ReactNode } from "react";

export function Panel({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section className="panel form-panel" aria-labelledby={id}>
      <Title order={2} id={id} className="panel-title" mb="sm">
        {title}
      </Title>
      {children}
    </section>
  );
}
