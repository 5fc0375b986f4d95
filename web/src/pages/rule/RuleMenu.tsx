// What one does with a rule as a whole: begin another one like it, or delete it.
import { ActionIcon, Button, Group, Menu, Modal, Text } from "@mantine/core";
import { IconCopy, IconDots, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer } from "../../api/client";
import { api, type Rule } from "../../api/public";
import { ruleQuery, rulesQuery } from "../../api/rules";
import { Refusal } from "../../parts/Refusal";

interface Props {
  /** As it is saved. */
  rule: Rule;
  isLeavingAllowed: RefObject<boolean>;
}

export function RuleMenu({ rule, isLeavingAllowed }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t("rule.menu")}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() =>
              void navigate({ to: "/rules/new", search: (search) => ({ ...search, like: rule.id ?? undefined }) })
            }
          >
            {t("rule.duplicate")}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setIsAsking(true)}>
            {t("rule.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DeleteDialog
        rule={rule}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        isLeavingAllowed={isLeavingAllowed}
      />
    </>
  );
}

interface DialogProps extends Props {
  isOpen: boolean;
  onClose: () => void;
}

function DeleteDialog({ rule, isOpen, onClose, isLeavingAllowed }: DialogProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const ruleId = rule.id ?? "";
  const deleting = useMutation({
    mutationFn: () => answer(api.DELETE("/rules/{ruleId}/v1", { params: { path: { ruleId } } })),
    onSuccess: async () => {
      isLeavingAllowed.current = true;
      await navigate({ to: "/rules" });
      queries.removeQueries({ queryKey: ruleQuery(ruleId).queryKey });
      await queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
    },
  });
  const close = () => {
    deleting.reset();
    onClose();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={t("rule.deleteTitle")}
      closeButtonProps={{ "aria-label": t("rule.close") }}
    >
      <Text>{t("rule.deleteText", { name: rule.name })}</Text>
      <h3 className="merge-title">{t("rule.deleteGoes")}</h3>
      <ul className="delete-list">
        <li>{t("rule.deleteVersions", { count: rule.version ?? 1 })}</li>
        <li>{t("rule.deleteCounts")}</li>
        {rule.goalAchievedCondition && <li>{t("rule.deleteGoals")}</li>}
      </ul>
      <h3 className="merge-title">{t("rule.deleteStays")}</h3>
      <ul className="delete-list">
        <li>{t("rule.deleteNotifications")}</li>
        <li>{t("rule.deleteAudit")}</li>
      </ul>
      {deleting.isError && <Refusal error={deleting.error} title={t("rule.notDeleted")} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close} data-autofocus>
          {t("rule.stay")}
        </Button>
        <Button color="red.9" loading={deleting.isPending} onClick={() => deleting.mutate()}>
          {t("rule.deleteNow")}
        </Button>
      </Group>
    </Modal>
  );
}
