"""One household's mixed day: rules of every kind over events of several devices, late, repeated and historical ones."""

from random import Random

from tests.conformance.rules_corpus import Case, EventInput, instant_of, read_cases

_RULES = """# A mixed day
rule:
  name: Case by case
  datasets:
    Power: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 15min}
    Sun: {kind: SINGLE_VALUE, eventTypes: [POWER_GENERATION]}
  condition: AVG($Power) > 900
  matchThreshold: 2
  cases:
    - {label: sun, when: $Sun > 1000, message: 'AVG($Power) + " of " + $Sun', de: 'AVG($Power) | ''0.00'''}
    - {label: dark, when: MAX($Power) > 1500, message: MIN($Power) + " to " + MAX($Power), de: COUNT($Power)}
rule:
  name: Reset
  datasets: {Energy: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION, POWER_GENERATION], timespan: 1d}}
  condition: SUM($Energy) > 20000
  resetStateWhenMatched: true
  message: SUM($Energy) + " in " + COUNT($Energy) + " of " + COUNT(GROUP_BY_DEVICE($Energy))
rule:
  name: Streak
  datasets: {Power: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION], timespan: 10min}}
  condition: $Power > 200
  streak: $Power < 1200
  timeBetweenNotifications: 20min
  title: "{StreakCounter}"
  message: StreakCounter + " " + StreakHasBeenReset
rule:
  name: Whole day
  datasets: {Day: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], sources: [GATEWAY, SMART_PLUG], timespan: 1d}}
  condition: COUNT($Day) > 10
  timeBetweenNotifications: 90min
  message: AVG($Day) + " " + $Day::Last
input:
expect:
"""


def mixed_day(seed: int, count: int = 500) -> Case:
    """The case without expectations; the same for the same seed."""
    (case,) = read_cases("mixed", _RULES)
    chance = Random(seed)
    now_ms = instant_of("06:00")
    events: list[EventInput] = []
    for number in range(count):
        if events and chance.random() < 0.05:
            events.append(chance.choice(events))
            continue
        now_ms += chance.choice([0, 20_000, 60_000, 90_000])
        lag_ms = chance.choice([0] * 8 + [30_000, 600_000, 3_000_000, 9_000_000])
        # One device after another appears.
        devices = [("meter", "GATEWAY"), ("plug", "SMART_PLUG"), ("car", "CAR_CHARGER"), ("sun", "INVERTER")]
        device, source = devices[chance.randrange(1 + min(3, number * 6 // count))]
        events.append(
            EventInput(
                at_ms=now_ms - lag_ms,
                type="POWER_GENERATION" if device == "sun" else "POWER_CONSUMPTION",
                device=device,
                source=source,
                value=round(chance.uniform(-100, 2000), 1),
                is_historical=chance.random() < 0.05,
            )
        )
    case.inputs = list(events)
    return case
