import { SegmentedControl } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession } from "../../parts/session";

/** In which language the texts are shown; it stands in the address. */
export function TextLanguage({ language }: { language: string }) {
  const { t } = useTranslation();
  const { languages } = useSession();
  const navigate = useNavigate();
  return (
    <SegmentedControl
      className="text-language"
      aria-label={t("list.texts")}
      size="xs"
      data={languages.map((code) => ({ value: code, label: code.toUpperCase() }))}
      value={language}
      onChange={(texts) =>
        void navigate({ to: ".", search: (search) => ({ ...search, texts }), replace: true, resetScroll: false })
      }
    />
  );
}
