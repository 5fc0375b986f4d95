"""Wording: the texts of a notification, rendered once, in every language, from the matching evaluation."""

from dataclasses import replace

from hearth.domain.notifications import Content, RenderedAction, RenderedText
from hearth.domain.rules import ActionText
from hearth.engine.compiled import CompiledTemplate
from hearth.engine.slots import Slot
from hearth.language import Context, title_text


def content_of(slot: Slot, compiled: CompiledTemplate, now_ms: int) -> Content:
    """Template -> content: messages evaluated per language, title places filled, command evaluated once."""
    texts: dict[str, RenderedText] = {}
    for language, text in compiled.template.texts.items():
        context: Context = replace(slot.context, locale=language)
        texts[language] = RenderedText(
            title=title_text(text.title, context),
            message=_rendered(slot, compiled, language, context, now_ms),
            primary=_action(text.primary),
            secondary=_action(text.secondary),
        )
    command = slot.evaluate(compiled.command, now_ms) if compiled.command is not None else None
    return Content(texts=texts, action_qualifiers=dict(compiled.template.action_qualifiers), command=command)


def _rendered(slot: Slot, compiled: CompiledTemplate, language: str, context: Context, now_ms: int) -> str:
    program = compiled.messages[language]
    rendered = program.run(now_ms, tuple(slot.windows[name] for name in program.datasets), context)
    assert isinstance(rendered, str), "a message renders to text, also where it has no value"
    return rendered


def _action(text: ActionText | None) -> RenderedAction | None:
    return RenderedAction(text=text.text, parameter=text.parameter) if text is not None else None
