"""`hearth endpoint …`: where a customer's notifications are delivered, how Hearth authenticates there, and how it goes.

A signing secret is printed once, when it is made. A password, token or client secret is read from a prompt or from standard
input, never from the command line, where others on the machine would see it; and it is never printed.
"""

import asyncio
import json
import sys
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console

from hearth.bootstrap import Installation, open_installation, read_settings
from hearth.core.instants import HOUR_MS, datetime_of_instant
from hearth.core.problems import invalid
from hearth.domain.endpoints import Authentication, Endpoint, NoAuthentication, still_good
from hearth.domain.notifications import Attempt
from hearth.ports import EndpointRecord

app = typer.Typer(help="Where a customer's notifications are delivered (webhook).", no_args_is_help=True)

CustomerOption = Annotated[str, typer.Option("--customer", metavar="ID", help="The customer's id.")]
DataDir = Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]

_SECRET_NOTE = "Signing secret (shown this once; verify `webhook-signature` with it):"  # noqa: S105 - what stands before it
# The word of --auth: (the domain's kind, the options that it needs, those that it may have, what is asked for).
_KINDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str]] = {
    "none": ("none", (), (), ""),
    "basic": ("basic", ("user",), (), "Password"),
    "api-token": ("apiToken", ("header",), (), "Token"),
    "bearer": ("bearer", (), (), "Token"),
    "oauth": ("oauth", ("token_url", "client_id"), ("scope",), "Client secret"),
}


@app.command("set")
def set_endpoint(
    customer: CustomerOption,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where notifications are posted to, https://…", show_default=False)
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option("--auth", metavar="KIND", help=f"{', '.join(_KINDS)}; its secret is asked for.", show_default=False),
    ] = None,
    user: Annotated[str | None, typer.Option("--user", help="Of basic: the user name.", show_default=False)] = None,
    header: Annotated[
        str | None, typer.Option("--header", help="Of api-token: the header's name, such as X-Api-Key.", show_default=False)
    ] = None,
    token_url: Annotated[
        str | None, typer.Option("--token-url", help="Of oauth: where a token is fetched.", show_default=False)
    ] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", help="Of oauth: the client's id.", show_default=False)] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="Of oauth: the scope, if any.", show_default=False)] = None,
    credential_stdin: Annotated[
        bool, typer.Option("--credential-stdin", help="Read the password, token or client secret from standard input.")
    ] = False,
    requests_per_second: Annotated[
        str | None,
        typer.Option("--requests-per-second", metavar="N", help="The most requests a second, or none.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set the customer's endpoint. What is not given stays; the first one gets a signing secret, shown this once."""
    options = {"user": user, "header": header, "token_url": token_url, "client_id": client_id, "scope": scope}
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        now = installation.endpoints.find(customer)
        if url is None:
            if now is None:
                raise invalid("--url", "This customer has no endpoint yet; name its --url.")
            url = now.url
        authentication = _authentication(auth, options, now)
        if credential_stdin and isinstance(authentication, NoAuthentication):
            raise invalid("--credential-stdin", "Without authentication there is no secret to read; name its kind with --auth.")
        saved = installation.endpoints.save(
            customer,
            url,
            authentication,
            _credential(auth, credential_stdin),
            read_limit(requests_per_second, None if now is None else now.requests_per_second),
        )
    endpoint = saved.endpoint
    if as_json:
        print(json.dumps({"customerId": customer, "url": endpoint.url, "signingSecret": saved.signing_secret}))
        return
    console = Console(highlight=False)
    if endpoint.is_enabled:
        console.print("Notifications of this customer are now posted to", endpoint.url, markup=False, soft_wrap=True)
    else:
        console.print("Saved; the endpoint stays off until `hearth endpoint enable`:", endpoint.url, markup=False, soft_wrap=True)
    if saved.signing_secret is not None:
        console.print(_SECRET_NOTE, saved.signing_secret, markup=False, soft_wrap=True)
    else:
        console.print("The signing secret stays; `hearth endpoint rotate` makes a new one.", markup=False, soft_wrap=True)


@app.command("rotate")
def rotate(
    customer: CustomerOption,
    overlap_hours: Annotated[
        int, typer.Option("--overlap-hours", help="How long the old secret stays good, 0 to 168.", min=0, max=168)
    ] = 24,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a new signing secret, shown this once; messages are signed with the old one too for a while."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        secret, endpoint = installation.endpoints.rotate_signing_secret(customer, overlap_hours * HOUR_MS)
    until_ms = None if endpoint.replaced_secret is None else endpoint.replaced_secret.until_ms
    if as_json:
        print(json.dumps({"customerId": customer, "signingSecret": secret, "oldSecretUntilTimeMillis": until_ms}))
        return
    console = Console(highlight=False)
    console.print(_SECRET_NOTE, secret, markup=False, soft_wrap=True)
    ends = "ends now" if until_ms is None else f"signs as well until {said_time(until_ms)}"
    console.print(f"The old one {ends}.", markup=False, soft_wrap=True)


@app.command("test")
def try_endpoint(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Send a test notification to the endpoint and show what it answers. Ends with 1 where it was not taken."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        attempt = asyncio.run(_try(installation, customer))
    show_attempt(attempt, {"customerId": customer}, as_json)


def show_attempt(attempt: Attempt, of: dict[str, str], as_json: bool) -> NoReturn:
    """Says what came back, and ends with 1 where the test was not taken."""
    if as_json:
        shown = {
            **of,
            "delivered": not attempt.is_failed,
            "statusCode": attempt.status_code,
            "error": attempt.error,
            "durationMillis": attempt.duration_ms,
        }
        print(json.dumps(shown))
    else:
        answered = "acknowledged" if attempt.status_code is None else f"it answered {attempt.status_code}"
        print(f"{'not taken' if attempt.is_failed else 'taken'}: {attempt.error or answered} ({attempt.duration_ms} ms)")
    raise typer.Exit(1 if attempt.is_failed else 0)


async def _try(installation: Installation, customer: str) -> Attempt:
    carriers = installation.carriers()
    try:
        return await installation.channel_tests(carriers).send(customer)
    finally:
        await carriers.aclose()


@app.command("show")
def show_endpoint(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the customer's endpoint, whether it is enabled, and how deliveries go."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        endpoint, record = installation.endpoints.find(customer), installation.endpoints.record_of(customer)
        now_ms = installation.clock.now_ms()
    if endpoint is None and not as_json:
        print("This customer has no endpoint; it fetches notifications by GET /pushnotifications.")
        return
    _print(customer, endpoint, record, now_ms, as_json)


@app.command("enable")
def enable_endpoint(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Let an endpoint that is switched off or disabled get notifications again."""
    _switch(customer, True, data_dir, as_json)


@app.command("disable")
def disable_endpoint(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Switch the endpoint off; its settings stay, and what is open for it fails."""
    _switch(customer, False, data_dir, as_json)


def _switch(customer: str, is_enabled: bool, data_dir: str | None, as_json: bool) -> None:
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        endpoint = installation.endpoints.set_enabled(customer, is_enabled)
        record, now_ms = installation.endpoints.record_of(customer), installation.clock.now_ms()
    _print(customer, endpoint, record, now_ms, as_json)


def _authentication(word: str | None, options: dict[str, str | None], now: Endpoint | None) -> Authentication:
    """What --auth and the options of its kind say; without --auth, what there is."""
    given = {name: value for name, value in options.items() if value is not None}
    if word is None:
        if given:
            raise invalid("--auth", f"--{_option(next(iter(given)))} belongs to a kind of authentication; name it with --auth.")
        return NoAuthentication() if now is None else now.authentication
    if word not in _KINDS:
        raise invalid("--auth", f"There is no {word!r}; take one of {', '.join(_KINDS)}.")
    kind, needed, optional, _ = _KINDS[word]
    for name in needed:
        if name not in given:
            raise invalid(f"--{_option(name)}", f"--auth {word} needs --{_option(name)}.")
    for name in given:
        if name not in needed + optional:
            raise invalid(f"--{_option(name)}", f"--auth {word} has no --{_option(name)}.")
    found: Authentication = msgspec.convert({"kind": kind, **given}, Authentication)
    return found


def _option(name: str) -> str:
    return name.replace("_", "-")


def _credential(word: str | None, from_stdin: bool) -> str | None:
    """What is read; None where the stored one is to stay."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked_for = _KINDS[word][3] if word is not None else ""
    if not asked_for:
        return None
    text = f"{asked_for} (empty: as it is)"
    return str(typer.prompt(text, hide_input=True, default="", show_default=False, err=True)) or None


def read_limit(text: str | None, now: int | None) -> int | None:
    """The value of --requests-per-second; without it, what there is."""
    if text is None:
        return now
    if text == "none":
        return None
    if not text.isascii() or not text.isdecimal():
        raise invalid("--requests-per-second", f"{text!r} is no number from 1 to 1,000, and not none.")
    return int(text)


def said_time(at_ms: int) -> str:
    """A moment as people read it."""
    return datetime_of_instant(at_ms).strftime("%Y-%m-%d %H:%M UTC")


def _print(customer: str, endpoint: Endpoint | None, record: EndpointRecord, now_ms: int, as_json: bool) -> None:
    replaced = None if endpoint is None else still_good(endpoint.replaced_secret, now_ms)
    until_ms = None if replaced is None else replaced.until_ms
    if as_json:
        print(json.dumps(_json(customer, endpoint, record, until_ms)))
        return
    assert endpoint is not None
    print(f"{endpoint.url}  ({_state(endpoint)})")
    how = {name: value for name, value in msgspec.to_builtins(endpoint.authentication).items() if value != ""}
    credential = "" if endpoint.credential is None else f", secret set {said_time(endpoint.credential.set_at_ms)}"
    print(f"  authentication  {', '.join(map(str, how.values()))}{credential}")
    limit = "no limit" if endpoint.requests_per_second is None else f"{endpoint.requests_per_second} requests a second"
    print(f"  throttle        {limit}")
    if until_ms is not None:
        print(f"  old secret      until {said_time(until_ms)}")
    print(f"  {said_of(record).replace('last delivered', 'last delivered ')}")


def _state(endpoint: Endpoint) -> str:
    if not endpoint.is_enabled:
        return "switched off"
    return "enabled" if endpoint.disabled_reason is None else f"disabled: {endpoint.disabled_reason}"


def said_of(record: EndpointRecord) -> str:
    """How deliveries go, in words."""
    last = "never" if record.last_success_ms is None else said_time(record.last_success_ms)
    return f"last delivered {last}, failures since: {record.failures_in_a_row}"


def _json(customer: str, endpoint: Endpoint | None, record: EndpointRecord, until_ms: int | None) -> dict[str, Any]:
    return {
        "customerId": customer,
        "url": endpoint and endpoint.url,
        "enabled": endpoint is not None and endpoint.is_enabled and endpoint.disabled_reason is None,
        "disabledReason": endpoint and endpoint.disabled_reason,
        "authentication": endpoint and msgspec.to_builtins(endpoint.authentication),
        "credentialSetTimeMillis": endpoint and endpoint.credential and endpoint.credential.set_at_ms,
        "requestsPerSecond": endpoint and endpoint.requests_per_second,
        "oldSecretUntilTimeMillis": until_ms,
        "lastDeliveredTimeMillis": record.last_success_ms,
        "failuresInARow": record.failures_in_a_row,
    }
