"""Trials: a request to try a rule, and its answer, as lines between two processes.

A trial is data, so that it can be carried to a process of its own: `Trials.answer` makes lines of JSON of its
steps, `{"progress": 0.42}` now and then and at the end `{"result": {…}}` or `{"problem": {…}}`. Lines of a backtest
say more: how many homes are done, and where it is wanted what each would have got. What is tried, and how, is
the simulations' to say; who runs the process, and how the lines reach a client, is the edges'. Invariant: each trial
has exactly one last line, and nothing is stored.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from hearth.core.clock import Clock
from hearth.core.instants import zone_named
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.rules import Dataset, Rule
from hearth.insights.backtests import figures_of
from hearth.services.rule_checks import Finding, UnfitRule
from hearth.services.rules import Rules
from hearth.services.simulations import HomesDone, Progress, Simulations, beginning
from hearth.services.trial_bodies import backtest_body, home_body, present_body, series_bodies, simulation_body, why_body

MOST_RULES = 2
MOST_ANSWER_BYTES = 32 * 1024 * 1024
_PROGRESS_EVERY_MS = 250
_PROGRESS, _RESULT, _PROBLEM = b'{"progress":', b'{"result":', b'{"problem":'


class SimulationTrial(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """A rule (a draft, or the id of a saved one) in one home."""

    customer_id: str
    rules: tuple[Rule | str]
    customer_building_id: str
    from_ms: int | None = None
    to_ms: int | None = None


class BacktestTrial(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """One rule, or two to compare, in all homes of the customer or in chosen ones, or in so many of them.

    `per_home`: whether the lines bring each home as soon as it is done.
    """

    customer_id: str
    rules: tuple[Rule | str, ...]
    from_ms: int | None = None
    to_ms: int | None = None
    most_homes: int | None = None
    customer_building_ids: tuple[str, ...] | None = None
    per_home: bool = False


class WhyTrial(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """Why a rule spoke, or did not, in one home."""

    customer_id: str
    rules: tuple[Rule | str]
    customer_building_id: str
    at_ms: int | None = None


class PresentTrial(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """What the expressions and datasets of a draft are in one home now. `rule_id`: the saved rule that it is of."""

    customer_id: str
    rules: tuple[Rule]
    rule_id: str | None
    customer_building_id: str


class SeriesTrial(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The data that datasets look at in one home, for a graph."""

    customer_id: str
    datasets: tuple[Dataset, ...]
    customer_building_id: str
    from_ms: int
    to_ms: int
    rules: tuple[()] = ()


# Done in the blink of an eye; an editor asks for them while one writes.
GlanceTrial = PresentTrial | SeriesTrial
Trial = SimulationTrial | BacktestTrial | WhyTrial | GlanceTrial


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a trial has no result: a Problem, or the code "fault" for a bug of ours.

    Where a rule is not fit to be run, `rule` is its place among the trial's rules and `findings` are its mistakes, by path
    in a rule file.
    """

    code: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    rule: int = 0
    findings: tuple[Finding, ...] = ()


class Trials:
    """Answers trials, one after the other."""

    def __init__(self, simulations: Simulations, rules: Rules, clock: Clock) -> None:
        self._simulations = simulations
        self._rules = rules
        self._clock = clock

    def answer(self, request: bytes) -> Iterator[bytes]:
        """A trial as JSON -> its lines, each with its line break."""
        trial = msgspec.json.decode(request, type=Trial)
        told_ms = self._clock.now_ms()
        rules: list[Rule] = []
        try:
            rules.extend(self._rule(trial.customer_id, each) for each in trial.rules)
            last: Progress | None = None
            homes: list[dict[str, Any]] = []  # done since the last line
            for step in self._steps(trial, rules):
                if not isinstance(step, Progress):
                    if last is not None and homes:
                        yield _progress(last, homes)
                    yield _result(step)
                    return
                last = step
                if isinstance(step, HomesDone) and step.runs and isinstance(trial, BacktestTrial) and trial.per_home:
                    homes.append(home_body(step.runs))
                if self._clock.now_ms() >= told_ms + _PROGRESS_EVERY_MS:
                    told_ms = self._clock.now_ms()
                    yield _progress(step, homes)
                    homes = []
        except UnfitRule as unfit:
            place = rules.index(unfit.rule)
            yield refused(Refusal(code=unfit.code, detail=unfit.detail, rule=place, findings=unfit.findings))
        except Problem as problem:
            yield refused(Refusal(code=problem.code, detail=problem.detail, errors=problem.errors))
        except MemoryError:
            yield _too_much("The work takes more memory than a trial may have")

    def _rule(self, customer_id: str, given: Rule | str) -> Rule:
        if isinstance(given, str):
            return self._rules.get(customer_id, given)
        return self._simulations.own_draft(customer_id, given)

    def _steps(self, trial: Trial, rules: list[Rule]) -> Iterator[Progress | dict[str, Any]]:
        match trial:
            case SimulationTrial():
                return self._simulated(trial, rules[0])
            case BacktestTrial():
                return self._backtested(trial, rules)
            case WhyTrial():
                answer = self._simulations.why(trial.customer_id, rules[0], trial.customer_building_id, trial.at_ms)
                return iter([why_body(answer)])
            case PresentTrial():
                place = trial.customer_id, rules[0], trial.rule_id, trial.customer_building_id
                return iter([present_body(self._simulations.present(*place, self._clock.now_ms()))])
            case SeriesTrial():
                seen = self._simulations.series(
                    trial.customer_id, trial.datasets, trial.customer_building_id, trial.from_ms, trial.to_ms
                )
                return iter([{"series": series_bodies(seen, self._simulations.catalogue)}])

    def _simulated(self, trial: SimulationTrial, rule: Rule) -> Iterator[Progress | dict[str, Any]]:
        place = trial.customer_id, rule, trial.customer_building_id
        for step in self._simulations.simulate(*place, trial.from_ms, trial.to_ms):
            if isinstance(step, Progress):
                yield step
            else:
                yield {**simulation_body(step), "series": series_bodies(step.seen, self._simulations.catalogue)}

    def _backtested(self, trial: BacktestTrial, rules: list[Rule]) -> Iterator[Progress | dict[str, Any]]:
        to_ms = self._clock.now_ms() if trial.to_ms is None else trial.to_ms
        from_ms = beginning(trial.from_ms, to_ms)
        for step in self._simulations.backtest(
            trial.customer_id, rules, from_ms, to_ms, trial.most_homes, trial.customer_building_ids
        ):
            if isinstance(step, Progress):
                yield step
            else:
                figures = [figures_of(runs) for runs in step]
                yield backtest_body(from_ms, to_ms, zone_named("UTC"), _names(rules), figures)


def refused(refusal: Refusal) -> bytes:
    """The last line of a trial that has no result."""
    return _line({"problem": refusal})


def is_last(line: bytes) -> bool:
    """Whether a trial is done with this line."""
    return not line.startswith(_PROGRESS)


def result_of(line: bytes) -> bytes | None:
    """The JSON object in the last line of a trial; None where it has a refusal instead."""
    return line[len(_RESULT) : -len(b"}\n")] if line.startswith(_RESULT) else None


def line_of_result(result: bytes) -> bytes:
    """The last line of a trial that has this JSON object."""
    return _RESULT + result + b"}\n"


def refusal_of(line: bytes) -> Refusal:
    """The refusal in the last line of a trial."""
    return msgspec.json.decode(line[len(_PROBLEM) : -len(b"}\n")], type=Refusal)


def _progress(step: Progress, homes: list[dict[str, Any]]) -> bytes:
    body: dict[str, Any] = {"progress": round(step.done, 4)}
    if isinstance(step, HomesDone):
        body |= {"homesDone": step.homes_done, "homes": step.homes}
    return _line({**body, "perHome": homes} if homes else body)


def _result(body: dict[str, Any]) -> bytes:
    line = _line({"result": body})
    if len(line) > MOST_ANSWER_BYTES:
        return _too_much(f"The answer would be larger than {MOST_ANSWER_BYTES // 1024 // 1024} MB")
    return line


def _too_much(why: str) -> bytes:
    detail = f"{why}: take a shorter range."
    return refused(Refusal(code="invalid", detail=detail, errors=(FieldProblem("/from", detail),)))


def _line(content: dict[str, Any]) -> bytes:
    return msgspec.json.encode(content) + b"\n"


def _names(rules: list[Rule]) -> list[str]:
    """What the rules are called in a comparison, where both have one name."""
    names = [rule.name for rule in rules]
    if len(names) == 2 and names[0] == names[1]:
        return [f"{name} ({which})" for name, which in zip(names, ("first", "second"), strict=True)]
    return names
