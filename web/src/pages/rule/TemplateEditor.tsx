// The texts of a notification, one language beside the other, each with a preview; its buttons and what they do.
import { NativeSelect, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Template, TemplateTexts } from "../../api/public";
import { emptyTexts } from "./draft";
import { useEditing, useErrorAt } from "./editing";
import { ExpressionField } from "./expression/ExpressionField";
import { PhonePreview } from "./PhonePreview";
import { TITLE_SAFE } from "./preview";

const SLOTS = ["primary", "secondary", "tap", "dismiss"] as const;
const QUALIFIERS = ["OPENAPP", "OPENWEB", "VIEWED", "DISMISS", "STOPDELIVERY", "COMMAND"] as const;

interface Props {
  template: Template;
  pointer: string;
  caseLabel?: string;
  onChange: (template: Template) => void;
}

export function TemplateEditor({ template, pointer, caseLabel, onChange }: Props) {
  const { t } = useTranslation();
  const { languages } = useEditing();
  const templateError = useErrorAt(pointer);
  const textsError = useErrorAt(`${pointer}/texts`);
  const shown = [...new Set([...languages, ...Object.keys(template.texts)])];
  const hasCommand = Object.values(template.actionQualifier).includes("COMMAND") || Boolean(template.command);
  return (
    <div className="template">
      {(templateError ?? textsError) && <p className="field-error">{templateError ?? textsError}</p>}
      <div className="template-languages">
        {shown.map((language) => (
          <LanguageTexts
            key={language}
            language={language}
            template={template}
            pointer={`${pointer}/texts/${language}`}
            caseLabel={caseLabel}
            onChange={(texts) => onChange({ ...template, texts: { ...template.texts, [language]: texts } })}
          />
        ))}
      </div>
      <fieldset className="template-actions">
        <legend>{t("rule.place.actions")}</legend>
        {SLOTS.map((slot) => (
          <NativeSelect
            key={slot}
            label={t(`detail.slot.${slot}`)}
            value={template.actionQualifier[slot] ?? ""}
            data={[
              { value: "", label: t("rule.noAction") },
              ...QUALIFIERS.map((qualifier) => ({ value: qualifier, label: t(`detail.action.${qualifier}`) })),
            ]}
            onChange={(event) =>
              onChange({
                ...template,
                actionQualifier: {
                  ...template.actionQualifier,
                  [slot]: (event.currentTarget.value || null) as (typeof QUALIFIERS)[number] | null,
                },
              })
            }
          />
        ))}
      </fieldset>
      {hasCommand && (
        <ExpressionField
          label={t("rule.place.command")}
          place="command"
          pointer={`${pointer}/command`}
          value={template.command ?? ""}
          onChange={(command) => onChange({ ...template, command })}
        />
      )}
    </div>
  );
}

interface TextsProps {
  language: string;
  template: Template;
  pointer: string;
  caseLabel: string | undefined;
  onChange: (texts: TemplateTexts) => void;
}

function LanguageTexts({ language, template, pointer, caseLabel, onChange }: TextsProps) {
  const { t } = useTranslation();
  const texts = template.texts[language] ?? emptyTexts();
  const textsError = useErrorAt(pointer);
  const titleError = useErrorAt(`${pointer}/title`);
  const name = t(`languages.${language as "de"}`, { defaultValue: language.toUpperCase() });
  const buttons = (["primary", "secondary"] as const).filter(
    (slot) => template.actionQualifier[slot] || texts.actions[slot],
  );
  const setButton = (slot: "primary" | "secondary", patch: { text?: string; parameter?: string | null }) => {
    const button = { text: "", ...texts.actions[slot], ...patch };
    const isEmpty = !button.text && !button.parameter;
    onChange({ ...texts, actions: { ...texts.actions, [slot]: isEmpty ? null : button } });
  };
  return (
    <div className="template-language" role="group" aria-label={name} lang={language}>
      <h3 className="template-language-name">{name}</h3>
      {textsError && <p className="field-error">{textsError}</p>}
      <TextInput
        label={t("rule.place.title")}
        value={texts.title}
        error={titleError}
        onChange={(event) => onChange({ ...texts, title: event.currentTarget.value })}
        rightSection={
          <span className="length" data-long={texts.title.length > TITLE_SAFE || undefined} title={t("rule.titleSafe")}>
            {texts.title.length}/{TITLE_SAFE}
          </span>
        }
        rightSectionWidth={56}
      />
      <ExpressionField
        label={t("rule.place.message")}
        place="message"
        pointer={`${pointer}/message`}
        value={texts.message}
        onChange={(message) => onChange({ ...texts, message })}
      />
      {buttons.map((slot) => (
        <div key={slot} className="template-button">
          <TextInput
            label={t(`detail.slot.${slot}`)}
            value={texts.actions[slot]?.text ?? ""}
            onChange={(event) => setButton(slot, { text: event.currentTarget.value })}
          />
          {(template.actionQualifier[slot] === "OPENWEB" || texts.actions[slot]?.parameter) && (
            <TextInput
              label={t("rule.place.parameter")}
              value={texts.actions[slot]?.parameter ?? ""}
              onChange={(event) => setButton(slot, { parameter: event.currentTarget.value || null })}
            />
          )}
        </div>
      ))}
      <PhonePreview texts={texts} pointer={`${pointer}/message`} language={language} caseLabel={caseLabel} />
    </div>
  );
}
