// A section of a page of forms, and the word that something was done.
import { Alert, Title } from "@mantine/core";
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

/** A calm word that something was done. */
export function Done({ text }: { text: string | false }) {
  return (
    <div role="status">
      {text && (
        <Alert color="green" className="notice">
          {text}
        </Alert>
      )}
    </div>
  );
}
