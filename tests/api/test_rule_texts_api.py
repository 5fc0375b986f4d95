"""All rules as one YAML text and back: the same text gives the same rules, and a mistake takes none of them."""

import httpx2
import pytest

from hearth.api.wire.rules import RULE_EXAMPLE
from hearth.ports import Store
from hearth.services.predefined_rules import predefined_rule_texts

YAML = {"Content-Type": "application/yaml"}
EXPORT, IMPORT = "/rules/export/v1", "/rules/import/v1"


@pytest.fixture
def api_store(store: Store) -> Store:
    """Both databases: a trial must save nothing, and a mistake take nothing."""
    return store


async def test_the_same_text_gives_the_same_rules(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    texts = "---\n".join(text for _, text in predefined_rule_texts()[:4])
    taken = await api.post(IMPORT, content=texts, headers=YAML)
    assert taken.status_code == 200, taken.text
    assert [each["outcome"] for each in taken.json()["rules"]] == ["added"] * 4
    exported = await api.get(EXPORT)
    assert exported.headers["Content-Type"].startswith("application/yaml")
    again = await api.post(IMPORT, content=exported.content, headers=YAML)
    assert {each["outcome"] for each in again.json()["rules"]} == {"unchanged"}
    assert (await other_api.get(EXPORT)).text == ""
    document = (await other_api.get("/openapi.json")).json()
    described = document["paths"][EXPORT]["get"]["responses"]["200"]["content"]["application/yaml"]["schema"]
    assert described.get("minLength", 0) == 0
    theirs = await other_api.post(IMPORT, content=exported.content, headers=YAML)
    assert {each["outcome"] for each in theirs.json()["rules"]} == {"added"}
    assert (await other_api.get(EXPORT)).text == exported.text


async def test_a_dry_run_says_what_would_be_and_saves_nothing(api: httpx2.AsyncClient) -> None:
    rule = (await api.post("/rules/v1", json=RULE_EXAMPLE)).json()
    text = (await api.get(EXPORT)).text
    changed = (
        text.replace("name: Much power", "name: Much power\ndescription: Other") + "---\n" + text.replace("Much power", "Second")
    )
    tried = await api.post(IMPORT, params={"dryRun": True}, content=changed, headers=YAML)
    assert tried.status_code == 200, tried.text
    assert [(each["id"], each["name"], each["version"], each["outcome"]) for each in tried.json()["rules"]] == [
        (rule["id"], rule["name"], 2, "changed"),
        (None, "Second", 1, "added"),
    ]
    assert (await api.get(EXPORT)).text == text


async def test_a_mistake_has_its_place_and_takes_nothing(api: httpx2.AsyncClient) -> None:
    await api.post("/rules/v1", json=RULE_EXAMPLE)
    text = (await api.get(EXPORT)).text
    wrong = await api.post(IMPORT, content=f"{text.replace('Much power', 'New')}---\nname: Bad\nconditoin: x\n", headers=YAML)
    assert wrong.status_code == 400
    [error] = [each for each in wrong.json()["errors"] if "conditoin" in each["detail"]]
    assert (error["line"], error["column"]) == (text.count("\n") + 3, 1)
    assert "condition" in f"{error['detail']} {error['hint']}"
    assert (await api.get(EXPORT)).text == text


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (b"a: &a [1]\nb: *a\n", YAML, 400, "alias"),
        (b"[" * 5_000, YAML, 400, "nested"),
        (b"name: \xff", YAML, 400, "UTF-8"),
        (b"", YAML, 400, "needs rules"),
        (b"#" * 262_145, YAML, 413, "several"),
        (b"{}", {"Content-Type": "application/json"}, 415, "YAML"),
    ],
)
async def test_what_cannot_be_taken_is_refused(
    api: httpx2.AsyncClient, body: bytes, headers: dict[str, str], status: int, word: str
) -> None:
    refused = await api.post(IMPORT, content=body, headers=headers)
    assert refused.status_code == status, refused.text
    assert word in refused.text
