"""The problem document (RFC 9457) as OpenAPI shows it."""

from pydantic import BaseModel, Field


class FieldError(BaseModel):
    """One thing that is wrong."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body; empty for the whole body or a parameter.")
    parameter: str | None = Field(default=None, description="The query parameter, when it is one that is wrong.")
    detail: str = Field(description="What is wrong and what to do about it.")
    code: str | None = Field(default=None, description="Of a mistake in a rule: its code in the manual of the language.")
    hint: str | None = Field(default=None, description="Of a mistake in a rule: the remedy.")
    line: int | None = Field(default=None, description="Of a mistake in an expression: its line in it, from 1.")
    column: int | None = Field(default=None, description="Its column, from 1.")
    length: int | None = Field(default=None, description="Its length.")


class ProblemDocument(BaseModel):
    """Why a request was refused, and what to do about it (RFC 9457)."""

    type: str = Field(description="A stable URN of the kind of problem.", examples=["urn:hearth:problem:invalid"])
    title: str
    status: int
    detail: str
    errors: list[FieldError]
    requestId: str = Field(description="Also in the header X-Request-Id; name it when you ask us.")  # noqa: N815
    error: str | None = Field(default=None, description="POST /auth/token/v1 only: the error code of RFC 6749.")
    error_description: str | None = Field(default=None, description="POST /auth/token/v1 only.")
