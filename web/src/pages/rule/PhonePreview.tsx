// A notification on a phone's locked screen: what is safe to be read, and what may be cut.
import { useTranslation } from "react-i18next";
import type { TemplateTexts } from "../../api/public";
import { useEditing } from "./editing";
import { cutAt, MESSAGE_SAFE, previewOf, TITLE_SAFE } from "./preview";

interface Props {
  texts: TemplateTexts;
  /** Where the message stands in the rule. */
  pointer: string;
  language: string;
  caseLabel: string | undefined;
}

export function PhonePreview({ texts, pointer, language, caseLabel }: Props) {
  const { t } = useTranslation();
  const { simulation, present } = useEditing();
  // With values once it was tried: those of the newest notification; until then those of now, where a home is chosen.
  const tried = simulation?.notifications.findLast((each) => caseLabel === undefined || each.case === caseLabel);
  const now = texts.message.trim() === "" || present?.isOutdated ? undefined : present?.values.get(pointer)?.shown;
  const message = tried?.notification?.texts[language]?.message ?? now ?? previewOf(texts.message);
  const [title, titleRest] = cutAt(texts.title || t("rule.place.title"), TITLE_SAFE);
  const [shown, rest] = cutAt(message || t("rule.place.message"), MESSAGE_SAFE);
  return (
    <figure className="phone" aria-label={t("rule.preview")}>
      <div className="phone-card">
        <span className="phone-app">
          <span className="phone-icon" aria-hidden />
          {t("rule.yourApp")}
        </span>
        <span className="phone-title">
          {title}
          <span className="phone-cut">{titleRest}</span>
        </span>
        <span className="phone-message">
          {shown}
          <span className="phone-cut">{rest}</span>
        </span>
        {(texts.actions.primary || texts.actions.secondary) && (
          <span className="phone-buttons">
            {[texts.actions.primary, texts.actions.secondary].map(
              (button, index) => button?.text && <span key={index}>{button.text}</span>,
            )}
          </span>
        )}
      </div>
      <figcaption>{t(rest || titleRest ? "rule.mayBeCut" : "rule.fits")}</figcaption>
    </figure>
  );
}
