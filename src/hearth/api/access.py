"""Routes of access: the token in its two forms, the public keys, the server's metadata.

The GET form is that of the compatible API, with the secret in the URL; the POST form is the standard
OAuth 2.0 client-credentials grant (RFC 6749), whose error codes stand in the problem document too.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from typing import Annotated
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hearth.api.bodies import receive_body
from hearth.api.documented import operation_id, problem_responses
from hearth.api.parts import parts_of
from hearth.api.wire.access import JsonWebKeySet, ServerMetadata, TokenAnswer
from hearth.api.wire.base import OURS
from hearth.core.problems import Code, FieldProblem, Problem
from hearth.services.access import JWKS_PATH, TOKEN_PATH, Token

router = APIRouter(tags=["Access"], generate_unique_id_function=operation_id)

_FORM = "application/x-www-form-urlencoded"
_MOST_FORM_BYTES = 16 * 1024
_BASIC_CHALLENGE = 'Basic realm="hearth"'
_NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_OAUTH_ERRORS: dict[str, str] = {"unauthorized": "invalid_client", "invalid": "invalid_scope"}

_FORM_SCHEMA = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "const": "client_credentials"},
        "client_id": {"type": "string", "description": "Unless HTTP Basic carries it."},
        "client_secret": {"type": "string", "description": "Unless HTTP Basic carries it.", "format": "password"},
        "scope": {"type": "string", "description": "To get fewer scopes than the client has, separated by spaces."},
    },
}


@router.get(TOKEN_PATH, responses=problem_responses((400, 401, 429, 500)), openapi_extra={"security": []})
def get_token(
    request: Request,
    response: Response,
    client_id: Annotated[str, Query(alias="clientId")],
    client_secret: Annotated[str, Query(alias="clientSecret", json_schema_extra={"format": "password"})],
) -> TokenAnswer:
    """An access token, valid for 24 hours. Prefer the POST form: it keeps the secret out of URLs."""
    response.headers.update(_NOT_STORED)
    return TokenAnswer.of(parts_of(request).access.issue_token(client_id, client_secret, None, _address(request)))


@router.post(
    TOKEN_PATH,
    responses=problem_responses((400, 401, 413, 429, 500)),
    openapi_extra={
        **OURS,
        "security": [{"clientBasic": []}, {}],
        "requestBody": {
            "required": True,
            "content": {
                _FORM: {
                    "schema": _FORM_SCHEMA,
                    "example": {"grant_type": "client_credentials", "scope": "write:events"},
                }
            },
        },
    },
)
async def post_token(request: Request, response: Response) -> TokenAnswer:
    """An access token by the OAuth 2.0 client-credentials grant: client by HTTP Basic or in the form."""
    form = _read_form(request, await receive_body(request.scope, request.receive, _MOST_FORM_BYTES))
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise _refused("invalid", "invalid_request", "grant_type is missing; it is client_credentials.")
    if grant_type != "client_credentials":
        raise _refused("invalid", "unsupported_grant_type", "The only grant_type known is client_credentials.")
    client_id, client_secret = _credentials(request, form)
    scopes = tuple(dict.fromkeys(form["scope"].split())) if form.get("scope", "").strip() else None
    token = await run_in_threadpool(_issue, request, client_id, client_secret, scopes)
    response.headers.update(_NOT_STORED)
    return TokenAnswer.of(token)


@router.get(JWKS_PATH, responses=problem_responses((500,)), openapi_extra={**OURS, "security": []})
def get_jwks(request: Request, response: Response) -> JsonWebKeySet:
    """The public keys of access tokens. Fetch them again when a token names a `kid` you do not know."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return JsonWebKeySet.model_validate(parts_of(request).access.jwks())


@router.get(
    "/.well-known/oauth-authorization-server", responses=problem_responses((500,)), openapi_extra={**OURS, "security": []}
)
def get_metadata(request: Request) -> ServerMetadata:
    """What an OAuth library needs to know."""
    return ServerMetadata.model_validate(parts_of(request).access.metadata())


def _issue(request: Request, client_id: str, client_secret: str, scopes: tuple[str, ...] | None) -> Token:
    try:
        return parts_of(request).access.issue_token(client_id, client_secret, scopes, _address(request))
    except Problem as problem:
        error = _OAUTH_ERRORS.get(problem.code)
        if error is not None:
            problem.context.update(error=error, error_description=problem.detail)
        if problem.code == "unauthorized":
            problem.context["challenge"] = _BASIC_CHALLENGE
        raise


def _read_form(request: Request, body: bytes) -> dict[str, str]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _FORM:
        raise _refused("invalid", "invalid_request", f"The body must be a form (Content-Type: {_FORM}).")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise _refused("invalid", "invalid_request", "The form cannot be read.") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise _refused("invalid", "invalid_request", "A parameter stands twice in the form.")
    return form


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    in_form = "client_secret" in form
    authorization = request.headers.get("authorization")
    if authorization is None:
        if "client_id" not in form or not in_form:
            raise _refused("unauthorized", "invalid_client", "Name the client by HTTP Basic, or by client_id and client_secret.")
        return form["client_id"], form["client_secret"]
    if in_form:
        raise _refused("invalid", "invalid_request", "Name the client by HTTP Basic or in the form, not both.")
    kind, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, client_secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (Base64Error, ValueError):
        colon = ""
    if kind.lower() != "basic" or not colon:
        raise _refused("unauthorized", "invalid_client", "The Authorization header is not HTTP Basic with id:secret.")
    return unquote_plus(client_id), unquote_plus(client_secret)


def _refused(code: Code, error: str, detail: str) -> Problem:
    context = {"error": error, "error_description": detail}
    if code == "unauthorized":
        context["challenge"] = _BASIC_CHALLENGE
    return Problem(code, detail, (FieldProblem("", detail),), context=context)


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""
