// Opens the palette, by Ctrl K (⌘ K on a Mac) too; its code comes with the first use.
import { UnstyledButton } from "@mantine/core";
import { useHotkeys, useOs } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { Later } from "../Later";

const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));

export function PaletteButton() {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const key = useOs() === "macos" ? "⌘ K" : "Ctrl K";
  const open = () => {
    setWasOpened(true);
    setIsOpen(true);
  };
  // Also while one types somewhere: the combination means nothing else there.
  useHotkeys([["mod+K", open]], [], true);
  return (
    <>
      <UnstyledButton
        className="bar-button"
        aria-label={t("palette.title")}
        aria-keyshortcuts="Control+K Meta+K"
        aria-haspopup="dialog"
        title={`${t("palette.title")} (${key})`}
        onClick={open}
      >
        <IconSearch size={20} aria-hidden />
      </UnstyledButton>
      {wasOpened && (
        <Later>
          <Palette isOpen={isOpen} onClose={() => setIsOpen(false)} />
        </Later>
      )}
    </>
  );
}
