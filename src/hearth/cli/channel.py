"""`hearth channel …`: further ways on which a customer's notifications go out: e-mail, Firebase Cloud Messaging, MQTT.

The webhook is `hearth endpoint`'s. A password or key file is read from a prompt, from standard input or from a file, never from
the command line, where others on the machine would see it; and it is never printed.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from msgspec.structs import replace

from hearth.bootstrap import Installation, open_installation, read_settings
from hearth.cli.endpoint import AsJson, CustomerOption, DataDir, read_limit, said_of, show_attempt
from hearth.core.problems import invalid
from hearth.domain.channels import Channel, Email, Fcm, Mqtt, SmtpServer, Way, keeps_credential, kind_of, needs_credential
from hearth.domain.notifications import Attempt
from hearth.ports import EndpointRecord

app = typer.Typer(help="Further channels: e-mail, push messages, MQTT.", no_args_is_help=True)

ChannelOption = Annotated[str, typer.Option("--channel", metavar="ID", help="The channel's id; `hearth channel list` shows it.")]
ChangedOption = Annotated[
    str | None,
    typer.Option("--channel", metavar="ID", help="Change this one; without it, one is added.", show_default=False),
]
NameOption = Annotated[str | None, typer.Option("--name", help="What people call it.", show_default=False)]
LimitOption = Annotated[
    str | None,
    typer.Option("--requests-per-second", metavar="N", help="The most messages a second, or none.", show_default=False),
]
ToUsersOption = Annotated[
    bool | None,
    typer.Option("--to-users/--not-to-users", help="Send to the end users whose address is known.", show_default=False),
]
HostOption = Annotated[str | None, typer.Option("--host", help="The server's name.", show_default=False)]
PortOption = Annotated[int | None, typer.Option("--port", help="Its port.", show_default=False)]
UserOption = Annotated[str | None, typer.Option("--user", help="User name; its password is asked for.", show_default=False)]
StdinOption = Annotated[bool, typer.Option("--credential-stdin", help="Read the password from standard input.")]


_W = TypeVar("_W", Email, Fcm, Mqtt)


@app.command("email")
def set_email(
    customer: CustomerOption,
    channel: ChangedOption = None,
    name: NameOption = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="ADDRESS", help="A fixed address; may be repeated.", show_default=False)
    ] = None,
    to_users: ToUsersOption = None,
    sender: Annotated[
        str | None,
        typer.Option("--sender", help="'Advice <advice@example.com>'; without --host its name.", show_default=False),
    ] = None,
    host: HostOption = None,
    port: PortOption = None,
    security: Annotated[str | None, typer.Option("--security", help="starttls, tls or none.", show_default=False)] = None,
    user: UserOption = None,
    credential_stdin: StdinOption = False,
    requests_per_second: LimitOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a channel that sends mail, or change one. Without --host over the installation's mail server."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        before, way = _before(installation, customer, channel, Email())
        server = way.server
        given = _given(host=host, port=port, security=_security(security, ("starttls", "tls", "none")), user=user)
        if given and server is None and host is None:
            raise invalid("--host", "--port, --security and --user belong to a mail server; name its --host.")
        if given:
            server = replace(server or SmtpServer(host=""), **given)
        recipients = None if to is None else tuple(to)
        way = replace(way, server=server, **_given(recipients=recipients, to_users=to_users, sender=sender))
        _save(
            installation,
            customer,
            before,
            name,
            way,
            _password(before, way, user, credential_stdin),
            requests_per_second,
            as_json,
        )


@app.command("fcm")
def set_fcm(
    customer: CustomerOption,
    channel: ChangedOption = None,
    name: NameOption = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="The service account's key file (JSON) of Firebase.", show_default=False)
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="May have {customerBuildingId} and {ruleId}.", show_default=False)
    ] = None,
    to_users: ToUsersOption = None,
    requests_per_second: LimitOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a channel that sends push messages, or change one."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        before, way = _before(installation, customer, channel, Fcm())
        way = replace(way, **_given(topic=topic, to_users=to_users))
        credential = None
        if key_file is not None:
            try:
                credential = key_file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise invalid("--key-file", f"{key_file} cannot be read ({type(error).__name__}).") from error
        _save(installation, customer, before, name, way, credential, requests_per_second, as_json)


@app.command("mqtt")
def set_mqtt(
    customer: CustomerOption,
    channel: ChangedOption = None,
    name: NameOption = None,
    host: HostOption = None,
    port: PortOption = None,
    security: Annotated[str | None, typer.Option("--security", help="tls or none.", show_default=False)] = None,
    user: UserOption = None,
    topic: Annotated[
        str | None,
        typer.Option("--topic", help="May have {customerBuildingId}, {ruleId} and {userId}.", show_default=False),
    ] = None,
    credential_stdin: StdinOption = False,
    requests_per_second: LimitOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a channel that publishes to a topic of a broker, or change one."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        before, way = _before(installation, customer, channel, Mqtt(host=""))
        given = _given(host=host, port=port, security=_security(security, ("tls", "none")), user=user, topic=topic)
        way = replace(way, **given)
        _save(
            installation,
            customer,
            before,
            name,
            way,
            _password(before, way, user, credential_stdin),
            requests_per_second,
            as_json,
        )


@app.command("list")
def list_channels(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the customer's channels, and how deliveries over them go."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        installation.customers.get(customer)
        found = installation.channels.list_all(customer)
    if as_json:
        print(json.dumps([_json(channel, record) for channel, record in found]))
        return
    if not found:
        print("This customer has no channel beside its endpoint.")
    for channel, record in found:
        print(f"{channel.id}  {channel.kind:<5}  {channel.name}  ({'on' if channel.is_enabled else 'off'})")
        print(f"  {_in_short(channel.way)}; {said_of(record)}")


@app.command("test")
def try_channel(
    customer: CustomerOption,
    channel: ChannelOption,
    to: Annotated[str, typer.Option("--to", help="A mail address or registration token, instead of the channel's own.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Send a test notification over a channel and show what came back. Ends with 1 where it was not taken."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        attempt = asyncio.run(_try(installation, customer, channel, to))
    show_attempt(attempt, {"customerId": customer, "channelId": channel}, as_json)


async def _try(installation: Installation, customer: str, channel: str, to: str) -> Attempt:
    carriers = installation.carriers()
    try:
        return await installation.channel_tests(carriers).send(customer, channel, to)
    finally:
        await carriers.aclose()


@app.command("enable")
def enable(customer: CustomerOption, channel: ChannelOption, data_dir: DataDir = None) -> None:
    """Switch a channel on."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        print(f"{installation.channels.set_enabled(customer, channel, True).name} is on.")


@app.command("disable")
def disable(customer: CustomerOption, channel: ChannelOption, data_dir: DataDir = None) -> None:
    """Switch a channel off; what is open for it fails."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        print(f"{installation.channels.set_enabled(customer, channel, False).name} is off.")


@app.command("remove")
def remove(customer: CustomerOption, channel: ChannelOption, data_dir: DataDir = None) -> None:
    """Remove a channel with its password or key."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        installation.channels.remove(customer, channel)
    print("The channel is removed.")


def _before(installation: Installation, customer: str, channel_id: str | None, fresh: _W) -> tuple[Channel | None, _W]:
    """(the channel that is changed, its way); of one that is added, what it begins with."""
    if channel_id is None:
        return None, fresh
    before = installation.channels.get(customer, channel_id)
    if not isinstance(before.way, type(fresh)):
        raise invalid("--channel", f"This channel is of the kind {before.kind}; change it by `hearth channel {before.kind}`.")
    return before, before.way


def _given(**options: Any) -> dict[str, Any]:
    """Those that were named; the others stay."""
    return {name: value for name, value in options.items() if value is not None}


def _security(word: str | None, known: tuple[str, ...]) -> str | None:
    if word is not None and word not in known:
        raise invalid("--security", f"There is no {word!r}; take one of {', '.join(known)}.")
    return word


def _password(before: Channel | None, way: Way, user: str | None, from_stdin: bool) -> str | None:
    """What is read; None where the stored one is to stay, or none is needed."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not needs_credential(way) or (user is None and before is not None and keeps_credential(before.way, way)):
        return None
    text = "Password" if before is None else "Password (empty: as it is)"
    return str(typer.prompt(text, hide_input=True, default="", show_default=False, err=True)) or None


def _save(
    installation: Installation,
    customer: str,
    before: Channel | None,
    name: str | None,
    way: Way,
    credential: str | None,
    requests_per_second: str | None,
    as_json: bool,
) -> None:
    limit = read_limit(requests_per_second, None if before is None else before.requests_per_second)
    if before is None:
        words = {"email": "E-mail", "fcm": "Push messages", "mqtt": "MQTT"}
        saved = installation.channels.add(customer, name or words[kind_of(way)], way, credential, limit)
    else:
        saved = installation.channels.change(customer, before.id, name or before.name, way, credential, limit)
    if as_json:
        print(json.dumps(_json(saved, None)))
    else:
        print(f"{saved.id}  {saved.name}: {_in_short(saved.way)}")


def _in_short(way: Way) -> str:
    match way:
        case Email(server=server, recipients=recipients, to_users=to_users):
            to = [*recipients, *(["end users"] if to_users else [])]
            return f"to {', '.join(to)} over {'the mail server of Hearth' if server is None else server.host}"
        case Fcm(project_id=project_id, topic=topic, to_users=to_users):
            to = [*([f"topic {topic}"] if topic else []), *(["end users"] if to_users else [])]
            return f"project {project_id}, to {', '.join(to)}"
        case Mqtt(host=host, port=port, topic=topic):
            return f"{host}:{port}, topic {topic}"


def _json(channel: Channel, record: EndpointRecord | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": channel.id,
        "name": channel.name,
        "way": msgspec.to_builtins(channel.way),
        "enabled": channel.is_enabled,
        "credentialSetTimeMillis": channel.credential and channel.credential.set_at_ms,
        "requestsPerSecond": channel.requests_per_second,
    }
    if record is not None:
        shown |= {"lastDeliveredTimeMillis": record.last_success_ms, "failuresInARow": record.failures_in_a_row}
    return shown
