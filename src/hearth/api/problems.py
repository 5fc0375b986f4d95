"""Problem documents (RFC 9457): how a refusal looks on the wire, whatever refused.

A `core` Problem, a wrong body, an unknown path and a bug of ours all end here and look alike. No answer
shows more than the caller may know.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hearth.api.requests import facts_of
from hearth.core.problems import Problem

MEDIA_TYPE = "application/problem+json"
REQUEST_ID_HEADER = "X-Request-Id"

STATUS_OF_CODE = {
    "invalid": 400,
    "malformed": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "key_reused": 409,
    "key_in_use": 409,
    "precondition_failed": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "too_many_requests": 429,
    "fault": 500,
    "unavailable": 503,
}
_CODE_OF_STATUS = {status: code for code, status in reversed(STATUS_OF_CODE.items())}

TITLE_OF_CODE = {
    "invalid": "The request breaks a rule",
    "malformed": "The request cannot be read",
    "unauthorized": "No valid credentials",
    "forbidden": "Not allowed",
    "not_found": "Not found",
    "method_not_allowed": "The path does not know this method",
    "conflict": "It exists already",
    "key_reused": "The Idempotency-Key belongs to another request",
    "key_in_use": "The same request is under way",
    "precondition_failed": "It has changed since it was read",
    "too_large": "The request is too large",
    "unsupported_media_type": "The body's form is not understood",
    "too_many_requests": "Too many requests",
    "fault": "An error of ours",
    "unavailable": "Not available at the moment",
}


def problem_type(code: str) -> str:
    """The stable URN of a code."""
    return f"urn:hearth:problem:{code}"


def problem_document(
    code: str,
    detail: str,
    request_id: str,
    errors: Iterable[Mapping[str, Any]] = (),
    members: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The document of a problem. `errors`: one object for each thing wrong; `members`: further members."""
    return {
        "type": problem_type(code),
        "title": TITLE_OF_CODE[code],
        "status": STATUS_OF_CODE[code],
        "detail": detail,
        "errors": list(errors),
        "requestId": request_id,
        **(members or {}),
    }


def problem_response(
    code: str,
    detail: str,
    request_id: str,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, str] | None = None,
) -> Response:
    """The response of a problem, see `problem_document`."""
    return Response(
        msgspec.json.encode(problem_document(code, detail, request_id, errors, members)),
        status_code=STATUS_OF_CODE[code],
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def fault_response(request_id: str) -> Response:
    """The answer to a bug of ours: its request id finds the log line, and nothing else is told."""
    return problem_response("fault", "Something went wrong on our side. Tell us the request id if it stays.", request_id)


def handle_problems(app: FastAPI) -> None:
    """Makes every refusal inside the application a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


def _request_id(request: Request) -> str:
    return facts_of(request.scope).request_id


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    members = dict(error.context)
    challenge = members.pop("challenge", None)
    if error.code == "unauthorized":
        headers["WWW-Authenticate"] = challenge or 'Bearer realm="hearth"'
    elif challenge is not None:
        headers["WWW-Authenticate"] = challenge
    errors = [{"pointer": one.pointer, "detail": one.message} for one in error.errors]
    return problem_response(error.code, error.detail, _request_id(request), errors, headers, members)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        position = found[0]["loc"][-1]
        detail = f"The body is not JSON: {found[0]['ctx']['error']} at character {position}."
        return problem_response("malformed", detail, _request_id(request))
    errors = [_field_error(one) for one in found]
    return problem_response("invalid", _summary(errors), _request_id(request), errors)


def _field_error(error: Mapping[str, Any]) -> dict[str, str]:
    where, *path = error["loc"]
    message = str(error["msg"]).removeprefix("Value error, ")
    if where == "body":
        if error["type"] == "missing" and not path:
            message = "The request needs a JSON body"
        return {"pointer": pointer_of(path), "detail": message}
    return {"pointer": "", "parameter": str(path[0]) if path else "", "detail": message}


def pointer_of(path: Iterable[str | int]) -> str:
    """A path in a body -> JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _summary(errors: list[dict[str, str]]) -> str:
    first = errors[0]
    place = first.get("parameter") or first["pointer"]
    more = f" ({len(errors) - 1} more in errors)" if len(errors) > 1 else ""
    return f"{place}: {first['detail']}{more}" if place else first["detail"] + more


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "fault" if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid")
    details = {
        "not_found": "There is no such path; the paths are listed at /docs.",
        "method_not_allowed": f"{request.method} is not known here.",
        "too_large": "The body is larger than the limit of this path.",
    }
    headers = dict(error.headers or {})
    if code == "method_not_allowed":
        allowed = sorted(_methods_of(request))
        headers["Allow"] = ", ".join(allowed)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        code, detail = "malformed", "The body cannot be read as JSON in UTF-8."
    else:
        detail = details.get(code, str(error.detail))
    return problem_response(code, detail, _request_id(request), headers=headers)


def _methods_of(request: Request) -> set[str]:
    """The methods of all routes at the request's path: several routes may share one."""
    methods: set[str] = set()
    for route in request.app.router.routes:
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            methods |= set(getattr(route, "methods", None) or ())
    return methods
