"""A server dies once at each named step, from a request to a counted delivery, and goes on after its restart.

Nothing that was acknowledged is missing, no notification is there twice or never or with a wrong count in its text,
and each reached its receiver, under one id. That the process did die at the step is asserted too.
"""

from collections.abc import Callable, Iterator

import pytest
from tests.crash.killing import Trial, add_building, add_customer, import_rules, receiver_of, trial_in, wait_until
from tests.crash.launcher import arm, died_at
from tests.crash.steps import STEPS_OF_EVENTS, STEPS_OF_TICKS, Step
from tests.crash.ticks import NO_RULES, RULES, expect_every_second_once, told_of_ticks

_HOMES_THAT_TICK = 3  # more than one slice of a tick


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with trial_in(tmp_path_factory.mktemp("steps")) as trial:
        yield trial


def _die_at(trial: Trial, step: Step) -> None:
    names = [step.behind, step.name] if step.behind else [step.name]
    arm(trial.server.folder, *names)
    wait_until(lambda: died_at(trial.server.folder) == names, f"the {step.process} process dies where {step.name}")
    trial.server.wait_until_ready()


@pytest.mark.parametrize("step", STEPS_OF_EVENTS, ids=lambda step: step.name)
def test_events_are_taken_evaluated_and_delivered_although_the_process_dies_where(trial: Trial, step: Step) -> None:
    trial.begin(step.name.replace(" ", "-").replace(",", ""))
    trial.wait_for_events(3)
    _die_at(trial, step)
    trial.wait_for_events(3)
    trial.expect_everything_once()


@pytest.mark.parametrize("step", STEPS_OF_TICKS, ids=lambda step: step.name)
def test_a_schedule_ticks_although_the_process_dies_where(trial: Trial, step: Step) -> None:
    customer = add_customer(trial.installation, RULES)
    client = trial.server.client(customer)
    with receiver_of(trial.installation, customer) as receiver:
        homes = [f"home-{number}" for number in range(_HOMES_THAT_TICK)]

        def have_heard(most: int) -> Callable[[], bool]:
            return lambda: min(receiver.count(home) for home in homes) >= most

        for home in homes:
            add_building(client, home)
        wait_until(have_heard(1), "the first tick is delivered")
        _die_at(trial, step)
        wait_until(have_heard(max(receiver.count(home) for home in homes) + 1), "a further tick is delivered")
        import_rules(trial.installation, customer["customerId"], NO_RULES)
        trial.wait_for_rest()
        for home in homes:
            told = told_of_ticks(client, home)
            expect_every_second_once(told, least=2)
            assert {each["deliveryStatus"] for each in told} == {"DELIVERED"}
            receiver.expect(home, told)
