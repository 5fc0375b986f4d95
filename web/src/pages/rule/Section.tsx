import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  id: string;
  title: string;
  lead?: string | undefined;
  aside?: ReactNode;
  children: ReactNode;
}

/** A part of the configurator. */
export function Section({ id, title, lead, aside, children }: Props) {
  return (
    <section className="panel rule-section" aria-labelledby={`${id}-title`}>
      <div className="rule-section-head">
        <div>
          <Title order={2} id={`${id}-title`} className="panel-title">
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" fz="sm">
              {lead}
            </Text>
          )}
        </div>
        {aside}
      </div>
      {children}
    </section>
  );
}
