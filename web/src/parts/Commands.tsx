import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Lines to paste into a terminal, or another `label` for what they are. */
export function Commands({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  return (
    <div className="commands">
      <pre tabIndex={0} role="region" aria-label={label ?? t("noEvents.code")}>
        <code>{text}</code>
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            className="copy"
            variant="default"
            size="md"
            onClick={copy}
            aria-label={t(copied ? "noEvents.copied" : "noEvents.copy")}
          >
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  );
}
