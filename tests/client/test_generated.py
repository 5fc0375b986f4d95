"""Client and server cannot drift: what is generated is as the API's document says now, and no operation is missing."""

import ast
import inspect
import json
import re
import subprocess
import sys
import tomllib
import typing
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tools import python_client

from hearth_client import AsyncHearthClient, HearthClient, calls, models

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients/python"
DOCUMENT = json.loads(python_client.DOCUMENT.read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
CALLS = {name: made for name, made in inspect.getmembers(calls, inspect.isfunction) if made.__module__ == calls.__name__}


def test_the_generated_modules_are_those_of_the_document():
    for name, text in python_client.generate(DOCUMENT).items():
        assert (python_client.PACKAGE / name).read_text(encoding="utf-8") == text, f"{name}: run make client"


@pytest.mark.parametrize("client", [HearthClient, AsyncHearthClient])
def test_each_operation_is_a_method(client):
    operations = {operation["operationId"] for _, _, operation in python_client.operations(DOCUMENT)}
    methods = {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}
    # The GET form of the token has the secret in its URL; the POST form gives the same.
    assert operations - methods == {"get_token"}
    assert methods - operations <= {"close", "aclose"}


def test_both_clients_have_the_same_methods():
    for name in CALLS:
        plain, awaited = inspect.signature(getattr(HearthClient, name)), inspect.signature(getattr(AsyncHearthClient, name))
        assert plain.parameters == awaited.parameters, name


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_model_has_the_fields_of_its_schema(name):
    fields = {one.encode_name: one.required for one in msgspec.structs.fields(getattr(models, name))}
    assert fields == {each: each in SCHEMAS[name].get("required", []) for each in SCHEMAS[name]["properties"]}


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if schema.get("examples")])
def test_the_examples_of_the_document_come_back_as_they_were(name):
    kind = getattr(models, name)
    for example in SCHEMAS[name]["examples"]:
        if name == "BacktestRequest":  # holds one of two kinds of object: it is only ever sent
            continue
        read = msgspec.json.decode(json.dumps(example), type=kind)
        again = json.loads(msgspec.json.encode(read))
        assert holds(again, example), (again, example)


def holds(value: Any, wanted: Any) -> bool:
    """Whether a value has all that is wanted of it; what is null may be missing."""
    if isinstance(wanted, dict):
        return all(holds(value.get(key), inner) for key, inner in wanted.items())
    if isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(holds, value, wanted))
    return bool(value == wanted)


def test_a_value_that_a_newer_platform_has_is_read():
    notification = SCHEMAS["Notification"]["examples"][0] | {"deliveryStatus": "POSTPONED", "invented": {"since": 2030}}
    assert msgspec.json.decode(json.dumps(notification), type=models.Notification).delivery_status == "POSTPONED"


@pytest.mark.parametrize("name", CALLS)
def test_what_is_said_of_a_call_is_whole_sentences(name):
    assert inspect.getdoc(getattr(calls, name)).endswith(".")


def test_only_what_may_be_repeated_is():
    source = {name: inspect.getsource(made) for name, made in CALLS.items()}
    once = {name for name, text in source.items() if "is_repeatable" not in text}
    assert once == {"import_rules", "restore_rule_version", "save_rule"}
    keyed = {name for name, text in source.items() if "is_repeatable=idempotency_key is not None" in text}
    assert keyed == {"add_building", "add_interaction", "add_rule"}


def test_the_client_needs_only_what_its_distribution_names():
    project = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[<>=]", one)[0] for one in project["dependencies"]}
    imported = set()
    for path in (CLIENT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) - {"hearth_client"} == named == {"httpx2", "msgspec"}


def test_neither_imports_the_other():
    for folder, other in ((CLIENT / "src", "hearth"), (ROOT / "src", "hearth_client")):
        pattern = re.compile(rf"^\s*(import|from) {other}\b(?!_)", re.MULTILINE)
        assert [path for path in folder.rglob("*.py") if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_the_wheel_is_typed_and_whole(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=CLIENT, check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("hearth_client-*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("hearth_client/")}
    assert packed == {
        path.relative_to(CLIENT / "src").as_posix() for path in (CLIENT / "src").rglob("*") if path.suffix in (".py", ".typed")
    }


def test_hints_can_be_read():
    for name in ("list_events", "simulate_rule", "take_events"):
        assert typing.get_type_hints(getattr(HearthClient, name))["return"] is not None
