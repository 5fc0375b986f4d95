import { Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const CHOICES = [
  ["light", IconSun],
  ["dark", IconMoon],
  ["auto", IconDeviceDesktop],
] as const;

export function SchemeMenu() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Shown = useComputedColorScheme() === "dark" ? IconMoon : IconSun;
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <UnstyledButton className="bar-button" aria-label={t("theme.label")}>
          <Shown size={18} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(([choice, Icon]) => (
          <Menu.Item
            key={choice}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={choice === colorScheme ? <IconCheck size={15} aria-hidden /> : null}
            onClick={() => setColorScheme(choice)}
          >
            {t(`theme.${choice}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
