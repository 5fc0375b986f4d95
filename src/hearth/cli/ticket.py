"""`hearth ticket …`: how the operator reads and answers the support requests of customers' members.

Requests come in through the console and are mailed to the setting support_mail. An answer is stored at once, shown in the
console, and mailed by the running platform. What is written is read from standard input or from an editor, for it has many lines.
"""

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

import click
import typer

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.endpoint import AsJson, CustomerOption, DataDir, said_time
from hearth.core.problems import invalid
from hearth.domain.tickets import TICKET_ORDERS, TICKET_STATES, Ticket

app = typer.Typer(help="Support requests of customers' members.", no_args_is_help=True)

T = TypeVar("T", bound=str)
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="The request's number; `hearth ticket list` shows it.")]


@app.command("list")
def list_tickets(
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="ID", help="Of this customer alone.", show_default=False)
    ] = None,
    search: Annotated[
        str, typer.Option("--search", metavar="WORDS", help="Words of subject or author, or a number.", show_default=False)
    ] = "",
    status: Annotated[
        str | None, typer.Option("--status", "--state", help=f"{', '.join(TICKET_STATES)}; without, all.", show_default=False)
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort", help=f"{', '.join(TICKET_ORDERS)}; without, activity, of one customer newest.", show_default=False
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List requests, at most 200: of all customers, or of one."""
    state, order = _one_of(TICKET_STATES, "--status", status), _one_of(TICKET_ORDERS, "--sort", sort)
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        found = installation.tickets.list_for_operator(customer, search=search, state=state, order=order)
    if as_json:
        print(json.dumps({"tickets": [_json(ticket) for ticket in found]}))
        return
    if not found:
        print("No requests.")
    for ticket in found:
        print(f"{ticket.customer_id}  {ticket.number:>4}  {ticket.state:<8}  {said_time(ticket.changed_at_ms)}  {ticket.subject}")


@app.command("show")
def show(customer: CustomerOption, number: NumberArgument, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show a request with all its messages."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        ticket, messages = installation.tickets.show(customer, number)
    if as_json:
        told = [{"by": each.by, "author": each.author, "atTimeMillis": each.at_ms, "text": each.text} for each in messages]
        print(json.dumps({**_json(ticket), "messages": told}))
        return
    print(f"{ticket.number} {ticket.subject}")
    print(f"{ticket.state} · {ticket.category} · {ticket.member_name} <{ticket.member_email}>")
    if ticket.page:
        print(f"about {ticket.page}")
    for message in messages:
        print(f"\n{said_time(message.at_ms)} {message.author}{' (support)' if message.by == 'operator' else ''}\n{message.text}")


@app.command("answer")
def answer(
    customer: CustomerOption,
    number: NumberArgument,
    name: Annotated[str, typer.Option("--name", help="Who answers, as the member is told.")] = "Support",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Answer a request: the text comes from standard input, in a terminal from your editor. The member is mailed."""
    text = (click.edit("") or "") if sys.stdin.isatty() else sys.stdin.read()
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        ticket = installation.tickets.answer(customer, number, text, name)
    _tell(ticket, f"Answered. The running platform mails it to {ticket.member_email}.", as_json)


@app.command("close")
def close(customer: CustomerOption, number: NumberArgument, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Close a request. Nobody is mailed; whoever writes to it opens it again."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        ticket = installation.tickets.close_for_operator(customer, number)
    _tell(ticket, "Closed.", as_json)


def _tell(ticket: Ticket, words: str, as_json: bool) -> None:
    print(json.dumps(_json(ticket)) if as_json else words)


def _one_of(choices: Sequence[T], option: str, word: str | None) -> T | None:
    if word is None:
        return None
    found = next((each for each in choices if each.casefold() == word.casefold()), None)
    if found is None:
        raise invalid(option, f"There is no {word!r}; take one of {', '.join(choices)}.")
    return found


def _json(ticket: Ticket) -> dict[str, Any]:
    return {
        "customerId": ticket.customer_id,
        "number": ticket.number,
        "state": ticket.state,
        "category": ticket.category,
        "subject": ticket.subject,
        "page": ticket.page,
        "memberName": ticket.member_name,
        "memberEmail": ticket.member_email,
        "createdTimeMillis": ticket.created_at_ms,
        "changedTimeMillis": ticket.changed_at_ms,
    }
