"""Rules written as YAML are the same rules when read again, and the same text when written again."""

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

import hearth
from hearth.domain.catalogue import read_catalogue
from hearth.domain.rules import SLOTS, ActionText, Case, Dataset, NotificationTemplate, Rule, TemplateText
from hearth.services.rule_files import read_rules, write_rules

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())


def read(text):
    return [rule for rule, _ in read_rules("f", text, CATALOGUE, ()).rules]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cn")), max_size=60).map(str.rstrip) | st.sampled_from(
    ["a: b", "# c", "'", '"', "- a", "null", "true", "1", "0o7", "yes", "~", "{a}", "a\n b\n\nc", " a\n  b", "|", "\ta", "%"]
)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
BUTTON = st.builds(ActionText, text=TEXT, parameter=st.none() | TEXT)
TEMPLATE = st.builds(
    NotificationTemplate,
    texts=st.dictionaries(
        st.sampled_from(["en", "de", "no"]),
        st.builds(TemplateText, title=TEXT, message=TEXT, primary=st.none() | BUTTON, secondary=st.none() | BUTTON),
    ),
    action_qualifiers=st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(["OPENAPP", "OPENWEB", "DISMISS"])),
    command=st.none() | TEXT,
)
DATASET = st.builds(
    Dataset,
    name=NAME,
    kind=st.sampled_from(["SINGLE_VALUE", "TIME_SERIES"]),
    event_types=st.just(("POWER_CONSUMPTION",)) | st.just(("ENERGY_CONSUMPTION", "ENERGY_GENERATION")),
    sources=st.sampled_from([(), ("GATEWAY",), ("GATEWAY", "PLATFORM")]),
    timespan_seconds=st.none() | st.integers(1, 10_000_000),
)
STREAK = st.none() | TEXT
RULE = st.builds(
    lambda streak, schedule, **parts: Rule(
        id="",
        customer_id="",
        created_at_ms=0,
        version=0,
        is_streak=streak is not None,
        streak_condition=streak,
        is_time_based=schedule is not None,
        time_based_cron=schedule,
        **parts,
    ),
    STREAK,
    st.none() | st.sampled_from(["0 7 * * *", "*/5 * * * *"]),
    name=TEXT,
    description=TEXT,
    state=st.sampled_from(["ACTIVE", "INACTIVE", "DRAFT"]),
    tags=st.lists(TEXT, max_size=3).map(tuple),
    datasets=st.lists(DATASET, max_size=3, unique_by=lambda dataset: dataset.name).map(tuple),
    condition=TEXT,
    goal_achieved_condition=st.none() | TEXT,
    match_threshold=st.integers(0, 100),
    time_between_triggers_seconds=st.integers(0, 1_000_000),
    reset_state_when_matched=st.booleans(),
    is_restricted_to_early_adopters=st.booleans(),
    priority=st.sampled_from(["high", "normal"]),
    during_quiet_hours=st.sampled_from(["drop", "hold"]),
    valid_for_seconds=st.integers(1, 1_000_000),
    notification=st.none() | TEMPLATE,
    cases=st.lists(st.builds(Case, label=TEXT, condition=TEXT, notification=TEMPLATE), max_size=2).map(tuple),
)


QUESTION = Rule(id="", customer_id="", created_at_ms=0, version=0, name="?0", tags=("?0", ":0", "::a", ": a"))


@settings(max_examples=60, deadline=None)
@example([QUESTION])
@given(st.lists(RULE, min_size=1, max_size=3))
def test_any_rules_come_back_from_their_text(rules):
    text = write_rules(rules)
    assert read(text) == rules
    assert write_rules(read(text)) == text


def test_the_written_form_reads_like_a_hand_written_one():
    text = """\
name: Sun
state: ACTIVE
tags: [solar]
datasets:
  Grid: {kind: TIME_SERIES, eventTypes: [GRID_POWER_CONSUMPTION], timespan: 90min}
condition: |-
  AVG($Grid) < -1500
  AND COUNT($Grid) > 1
timeBetweenNotifications: 1d
notification:
  actions: {tap: OPENAPP}
  texts:
    en:
      title: Sun
      message: |-
        "It is " + AVG($Grid) | '#,##0'
cases:
  - label: all
    when: 'true'
    notification:
      texts: {}
"""
    assert write_rules(read(text)) == text
