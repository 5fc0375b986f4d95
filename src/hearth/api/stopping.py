"""The page behind "no more advice of this kind" in a mail: a link that names its notification and user, and needs no signing in.

Opening it changes nothing, for programs open links too; pressing the button does, and so does a mail program by one POST (RFC
8058). Invariant: no cookie, no script, nothing fetched from elsewhere; the link's token is in no log.
"""

from html import escape

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from hearth.api.parts import parts_of
from hearth.core.problems import Problem
from hearth.domain.customers import DEFAULT_LANGUAGES
from hearth.services.packing import text_for
from hearth.services.stop_links import STOP_PATH, Stopping

router = APIRouter(include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_WORDS = {
    "en": {
        "asks": "No more advice like this?",
        "of": "From {name}, for example:",
        "button": "No more of this",
        "done": "You get no more advice like this",
        "note": "To have it again, ask {name}.",
        "unknown": "This link is no longer good",
        "why": "The advice it belongs to is gone, or the address was not copied whole.",
    },
    "de": {
        "asks": "Keine solchen Hinweise mehr?",
        "of": "Von {name}, zum Beispiel:",
        "button": "Keine mehr davon",
        "done": "Sie erhalten keine solchen Hinweise mehr",
        "note": "Wenn Sie sie wieder möchten, fragen Sie {name}.",
        "unknown": "Dieser Link gilt nicht mehr",
        "why": "Der Hinweis dazu ist gelöscht, oder die Adresse wurde nicht ganz kopiert.",
    },
    "fr": {
        "asks": "Ne plus recevoir de tels conseils ?",
        "of": "De {name}, par exemple :",
        "button": "Ne plus recevoir",
        "done": "Vous ne recevez plus de tels conseils",
        "note": "Pour les recevoir de nouveau, adressez-vous à {name}.",
        "unknown": "Ce lien n’est plus valable",
        "why": "Le conseil a été effacé, ou l’adresse n’a pas été copiée en entier.",
    },
}
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; --page: #f6f5f3; --card: #fff; --line: #e7e4df; --text: #1f2328; --soft: #5c5f66; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #1a1b1e; --card: #25262b; --line: #373a40; --text: #e9ecef; --soft: #a6a7ab; }}
}}
body {{ margin: 0; padding: 48px 16px; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }}
main {{ max-width: 480px; margin: 0 auto; padding: 28px; border: 1px solid var(--line); border-radius: 12px; }}
main {{ background: var(--card); }}
h1 {{ margin: 0 0 12px; font-size: 22px; line-height: 1.3; }}
p {{ margin: 0 0 16px; color: var(--soft); }}
blockquote {{ margin: 0 0 24px; padding: 4px 0 4px 14px; border-left: 4px solid #c2410c; }}
button {{ padding: 10px 18px; border: 0; border-radius: 8px; background: #c2410c; color: #fff; cursor: pointer; }}
button {{ font: inherit; font-weight: 600; }}
button:focus-visible {{ outline: 3px solid var(--text); outline-offset: 2px; }}
</style>
</head>
<body><main><h1>{title}</h1>{body}</main></body>
</html>
"""


@router.get(STOP_PATH + "/{token}")
def ask(request: Request, token: str) -> Response:
    """What would end, and the button that ends it."""
    return _answer(request, token, is_stopping=False)


@router.post(STOP_PATH + "/{token}")
async def stop(request: Request, token: str) -> Response:
    """Ends it, whatever the body says: by the button, or by a mail program in one click."""
    return await run_in_threadpool(_answer, request, token, is_stopping=True)


def _answer(request: Request, token: str, *, is_stopping: bool) -> Response:
    unsubscribing = parts_of(request).unsubscribing
    try:
        found = unsubscribing.stop(token) if is_stopping else unsubscribing.find(token)
    except Problem as problem:
        if problem.code != "not_found":
            raise
        words = _WORDS[_preferred(request)]
        return _page(_preferred(request), words["unknown"], f"<p>{escape(words['why'])}</p>", 404)
    return _stopped(request, found) if found.is_stopped else _asked(request, found)


def _asked(request: Request, found: Stopping) -> Response:
    language = _preferred(request)
    words, content = _WORDS[language], found.notification.content
    told = "" if content is None else text_for(content, language)[1].title
    body = (
        f"<p>{escape(words['of'].format(name=found.customer_name))}</p><blockquote>{escape(told)}</blockquote>"
        f'<form method="post"><button>{escape(words["button"])}</button></form>'
    )
    return _page(language, words["asks"], body)


def _stopped(request: Request, found: Stopping) -> Response:
    words = _WORDS[_preferred(request)]
    return _page(_preferred(request), words["done"], f"<p>{escape(words['note'].format(name=found.customer_name))}</p>")


def _preferred(request: Request) -> str:
    """The first of the browser's languages that there is, in the order in which it names them."""
    asked = [each.strip()[:2].lower() for each in request.headers.get("accept-language", "").split(",")]
    return next((each for each in asked if each in _WORDS), DEFAULT_LANGUAGES[0])


def _page(language: str, title: str, body: str, status_code: int = 200) -> Response:
    page = _PAGE.format(language=language, title=escape(title), body=body)
    return Response(page, status_code, media_type="text/html", headers=_HEADERS)
