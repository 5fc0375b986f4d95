// A value to be taken elsewhere: shown in full, never changed here, copied by a click.
import { ActionIcon, CopyButton, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface Props {
  label: string;
  value: string;
  description?: string;
}

export function CopyValue({ label, value, description }: Props) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={label}
      description={description}
      value={value}
      readOnly
      spellCheck={false}
      autoComplete="off"
      classNames={{ input: "copy-value" }}
      onFocus={(event) => event.currentTarget.select()}
      rightSection={
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={copy}
              aria-label={`${t(copied ? "noEvents.copied" : "noEvents.copy")}: ${label}`}
            >
              {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            </ActionIcon>
          )}
        </CopyButton>
      }
    />
  );
}
