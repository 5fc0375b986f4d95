"""The loop that delivers: leases what is due, sends it, has the answers settled, looks again.

It decides nothing about a delivery; `DeliveryWork` does, in one transaction a call. It holds when to
look (a wake-up, the next due instant, at the latest each second) and how much at once: bounded per
channel of a customer, so that a slow one keeps nothing else waiting, and overall; and how fast a channel that
is limited is sent to. Whoever waits for its channel's pace holds no place that another could use. Invariant: a send
begins only while its lease outlasts it, so no two processes send the same delivery at one time.
Order per building, channel and recipient is the lease's: it gives at most one open delivery of these.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import structlog

from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.delivery.attempts import Failed, Unwanted
from hearth.delivery.pace import Pace
from hearth.delivery.parcels import Parcel
from hearth.domain.channels import Channel
from hearth.domain.endpoints import Endpoint
from hearth.domain.notifications import Delivery
from hearth.ports import Answer, Carrier
from hearth.runtime.tracing import Tracer

LEASE_MS = 30 * SECOND_MS
# A send and its settling end within this; a lease with less left is let go, and the delivery comes due again.
_SEND_TAKES_MS = 20 * SECOND_MS
_LEASED_AT_ONCE = 256
_WAITING_PER_CHANNEL = 1_000

_log = structlog.get_logger(__name__)


Way = tuple[str, str]
"""A customer's id and a channel's: each has senders and a pace of its own."""


class Due(NamedTuple):
    """What was leased until `lease_until_ms`; `next_due_ms`: when to look again, None where nothing is open.

    `paces`: the most requests a second of those channels of these deliveries that limit them.
    """

    deliveries: Sequence[Delivery]
    lease_until_ms: int
    next_due_ms: int | None
    paces: Mapping[Way, int]


class Settlement(NamedTuple):
    """What became of one attempt: the answer, or why nothing was sent; `over` the endpoint or channel as it was asked, if it was.

    jitter: a fraction, 0 <= jitter < 1, for the pause before a further attempt.
    """

    delivery: Delivery
    over: Endpoint | Channel | None
    answer: Answer | Failed | Unwanted
    attempted_at_ms: int
    jitter: float


class DeliveryWork(Protocol):
    """The use cases the loop turns; each call blocks and is made in a thread."""

    def lease(self, limit: int, lease_ms: int) -> Due: ...
    def prepare(self, delivery: Delivery) -> Parcel | Failed | Unwanted: ...
    def settle(self, settlements: Sequence[Settlement]) -> None: ...


class _Lane:
    """The leased deliveries over one channel that wait for a sender, in order, each with the end of its lease."""

    def __init__(self, pace: Pace) -> None:
        self.waiting: dict[str, tuple[Delivery, int]] = {}
        self.senders = 0
        self.pace = pace
        self.look = asyncio.Event()

    def wait_ms(self, now_ms: int) -> float:
        """How long until the first may be sent. What is not sent any more waits for nothing."""
        delivery, _ = next(iter(self.waiting.values()))
        return 0 if now_ms >= delivery.expires_at_ms else self.pace.wait_ms(now_ms)


class DeliveryLoop:
    """Delivers until it is stopped. `run` raises what the store raises: leases then run out, nothing is lost."""

    def __init__(
        self,
        work: DeliveryWork,
        carrier: Carrier,
        clock: Clock,
        jitter: Callable[[], float],
        *,
        at_once: int = 512,
        at_once_per_channel: int = 8,
        look_every_seconds: float = 1.0,
        tracer: Tracer | None = None,
    ) -> None:
        self._tracer = tracer
        self._work = work
        self._carrier = carrier
        self._clock = clock
        self._jitter = jitter
        self._at_once_per_channel = at_once_per_channel
        self._look_every_seconds = look_every_seconds
        self._slots = asyncio.Semaphore(at_once)
        self._lanes: dict[Way, _Lane] = {}
        self._paces: dict[Way, Pace] = {}  # kept longer than the lanes: a channel's last start is not forgotten
        self._unsettled: set[str] = set()
        self._answered: list[Settlement] = []
        self._has_answers = asyncio.Event()
        self._look = asyncio.Event()
        self._stopping = False

    def look_now(self) -> None:
        """A wake-up: the outbox may have something. To be called on the loop's own thread."""
        self._look.set()
        for lane in self._lanes.values():
            lane.look.set()

    def stop(self) -> None:
        """Begins nothing more; `run` returns when what is under way is answered and settled.

        What is leased and not begun comes due again when its lease ends.
        """
        self._stopping = True
        self.look_now()

    async def run(self) -> None:
        """Delivers until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            async with asyncio.TaskGroup() as senders:
                tasks.create_task(self._settle_answers())
                while not self._stopping:
                    self._look.clear()
                    due = await asyncio.to_thread(self._work.lease, _LEASED_AT_ONCE, LEASE_MS)
                    self._enqueue(due, senders)
                    if len(due.deliveries) < _LEASED_AT_ONCE:
                        await self._wait_for_a_reason_to_look(due)
            self._has_answers.set()

    async def _wait_for_a_reason_to_look(self, due: Due) -> None:
        seconds = self._look_every_seconds
        if due.next_due_ms is not None:
            until_due = (due.next_due_ms - self._clock.now_ms()) / SECOND_MS
            # What is due and was not given waits behind another of its building: no reason to look at once.
            if until_due > 0:
                seconds = min(seconds, until_due)
        try:
            async with asyncio.timeout(seconds):
                await self._look.wait()
        except TimeoutError:
            return

    def _enqueue(self, due: Due, senders: asyncio.TaskGroup) -> None:
        for delivery in due.deliveries:
            if delivery.id in self._unsettled:
                continue
            way = (delivery.customer_id, delivery.channel_id)
            lane = self._lane_of(way)
            lane.pace.requests_per_second = due.paces.get(way)
            if len(lane.waiting) >= _WAITING_PER_CHANNEL and delivery.id not in lane.waiting:
                continue  # it comes due again when its lease ends
            lane.waiting[delivery.id] = (delivery, due.lease_until_ms)
            if lane.senders < self._at_once_per_channel:
                lane.senders += 1
                senders.create_task(self._send_lane(way, lane))

    def _lane_of(self, way: Way) -> _Lane:
        if way not in self._lanes:
            self._lanes[way] = _Lane(self._paces.setdefault(way, Pace()))
        return self._lanes[way]

    async def _send_lane(self, way: Way, lane: _Lane) -> None:
        while lane.waiting and not self._stopping:
            if lane.wait_ms(self._clock.now_ms()) > 0:
                await self._wait_for_the_pace(lane)
                continue
            async with self._slots:
                now_ms = self._clock.now_ms()
                if not lane.waiting or lane.wait_ms(now_ms) > 0:
                    continue  # another sender of the lane was quicker
                delivery, lease_until_ms = lane.waiting.pop(next(iter(lane.waiting)))
                if lease_until_ms - now_ms < _SEND_TAKES_MS:
                    continue
                if now_ms < delivery.expires_at_ms:
                    lane.pace.start(now_ms)
                self._unsettled.add(delivery.id)
                settlement = await self._send(delivery)
                self._answered.append(settlement)
                self._has_answers.set()
        lane.senders -= 1
        if not lane.senders:
            del self._lanes[way]

    async def _wait_for_the_pace(self, lane: _Lane) -> None:
        lane.look.clear()
        try:
            async with asyncio.timeout(lane.wait_ms(self._clock.now_ms()) / SECOND_MS):
                await lane.look.wait()
        except TimeoutError:
            return

    async def _send(self, delivery: Delivery) -> Settlement:
        attempted_at_ms = self._clock.now_ms()
        over: Endpoint | Channel | None = None
        answer: Answer | Failed | Unwanted
        span = self._tracer.begin("attempt", delivery.trace_parent) if self._tracer and delivery.trace_parent else None
        try:
            prepared = await asyncio.to_thread(self._work.prepare, delivery)
            if isinstance(prepared, Failed | Unwanted):
                answer = prepared
            else:
                over = prepared.over
                answer = await self._carrier.deliver(prepared)
        except Exception as fault:  # noqa: BLE001 - one delivery with a fault is recorded and retried; the others go on
            _log.exception("delivery_fault", customer_id=delivery.customer_id, delivery_id=delivery.id)
            answer = Answer(None, f"fault of the platform ({type(fault).__name__})", None, 0, "retry")
        if span is not None:
            span.end(delivery_id=delivery.id, attempt=delivery.attempts + 1, answer=_in_short(answer))
        return Settlement(delivery, over, answer, attempted_at_ms, self._jitter())

    async def _settle_answers(self) -> None:
        """One transaction for all answers that came while the last one was being stored."""
        while self._lanes or self._answered or not self._stopping:
            await self._has_answers.wait()
            self._has_answers.clear()
            settlements, self._answered = self._answered, []
            if not settlements:
                continue
            await asyncio.to_thread(self._work.settle, settlements)
            self._unsettled.difference_update(settlement.delivery.id for settlement in settlements)
            self._look.set()  # the next of these buildings may go


def _in_short(answer: Answer | Failed | Unwanted) -> str:
    if not isinstance(answer, Answer):
        return "not sent"
    return answer.verdict if answer.status_code is None else str(answer.status_code)
