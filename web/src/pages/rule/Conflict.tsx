// Somebody else has saved meanwhile: both versions side by side, and the author decides.
import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../api/public";
import { differences } from "./differences";
import { DiffTable } from "./DiffTable";
import type { Save } from "./useSave";

interface Props {
  save: Save;
  mine: Rule;
  onTakeTheirs: (rule: Rule) => void;
}

export function Conflict({ save, mine, onTakeTheirs }: Props) {
  const { t, i18n } = useTranslation();
  const { theirs } = save;
  return (
    <Modal
      opened={theirs !== null}
      onClose={save.dismiss}
      size="xl"
      title={t("rule.conflict")}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      {theirs && (
        <>
          <Text mb="sm">{t("rule.conflictLead", { by: theirs.updatedBy ?? "?", version: theirs.version ?? 0 })}</Text>
          <DiffTable
            differences={differences(theirs, mine, t, i18n.language)}
            caption={t("rule.conflict")}
            before={t("rule.theirs")}
            after={t("rule.mine")}
          />
          <Group justify="flex-end" mt="md">
            <Button
              variant="default"
              onClick={() => {
                onTakeTheirs(theirs);
                save.dismiss();
              }}
            >
              {t("rule.takeTheirs")}
            </Button>
            <Button loading={save.isPending} onClick={save.keepMine}>
              {t("rule.keepMine")}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
}
