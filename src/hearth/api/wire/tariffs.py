"""Tariffs on the wire. Prices are decimal texts per kWh, times of day local "HH:mm"."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from hearth.api.wire.base import EpochSeconds, WireModel
from hearth.core.instants import instant_of_number, seconds_of_instant
from hearth.domain.tariffs import LowTariffHours, PriceSegment, PriceSlice, Tariff

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_SLICES = 40_000

Price = Annotated[str, Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$", description="Decimal text, per kWh.", examples=["0.2735"])]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]


class LowTariff(WireModel):
    """Local hours of the low tariff per weekday. A start later than its end spans midnight and belongs to the weekday it starts
    on; equal times are a whole day; a day without both has none.
    """

    monday_start_time: TimeOfDay | None = None
    monday_end_time: TimeOfDay | None = None
    tuesday_start_time: TimeOfDay | None = None
    tuesday_end_time: TimeOfDay | None = None
    wednesday_start_time: TimeOfDay | None = None
    wednesday_end_time: TimeOfDay | None = None
    thursday_start_time: TimeOfDay | None = None
    thursday_end_time: TimeOfDay | None = None
    friday_start_time: TimeOfDay | None = None
    friday_end_time: TimeOfDay | None = None
    saturday_start_time: TimeOfDay | None = None
    saturday_end_time: TimeOfDay | None = None
    sunday_start_time: TimeOfDay | None = None
    sunday_end_time: TimeOfDay | None = None

    @model_validator(mode="after")
    def _has_both_or_none(self) -> Self:
        for day in _DAYS:
            if (getattr(self, f"{day}_start_time") is None) != (getattr(self, f"{day}_end_time") is None):
                raise ValueError(f"{day} needs both {day}StartTime and {day}EndTime, or neither")
        return self

    def to_domain(self) -> LowTariffHours:
        """-> hours per weekday, Monday first."""
        pairs = [(getattr(self, f"{day}_start_time"), getattr(self, f"{day}_end_time")) for day in _DAYS]
        return LowTariffHours(days=tuple(None if start is None else (start, end) for start, end in pairs))

    @classmethod
    def of_domain(cls, hours: LowTariffHours) -> Self:
        """Hours per weekday -> wire."""
        values: dict[str, str | None] = {}
        for day, pair in zip(_DAYS, hours.days, strict=True):
            values[f"{day}_start_time"], values[f"{day}_end_time"] = pair if pair is not None else (None, None)
        return cls.of(**values)


class SinglePrice(WireModel):
    """One price at all times."""

    price: Price


class DualPrice(WireModel):
    """A low tariff at certain hours: `minPrice` holds in them, and `maxPrice` at all others."""

    low_tariff: LowTariff


class Slice(WireModel):
    """A price that holds from `start` (inclusive) to `end` (exclusive)."""

    start: EpochSeconds
    end: EpochSeconds
    price: Price

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if instant_of_number(self.end) <= instant_of_number(self.start):
            raise ValueError("end must be later than start")
        return self


class DynamicPrices(WireModel):
    """Prices that change with time, in any order. Where no slice holds, the price is not known."""

    slices: list[Slice] = Field(max_length=_MOST_SLICES)

    @model_validator(mode="after")
    def _do_not_overlap(self) -> Self:
        numbered = sorted((instant_of_number(one.start), number) for number, one in enumerate(self.slices))
        for (_, before), (start_ms, number) in pairwise(numbered):
            if start_ms < instant_of_number(self.slices[before].end):
                told = {"before": before, "at": seconds_of_instant(start_ms)}
                error = PydanticCustomError("overlap", "it overlaps slice {before} at {at}; an instant has one price", told)
                raise ValidationError.from_exception_data(
                    type(self).__name__, [InitErrorDetails(type=error, loc=("slices", number), input=None)]
                )
        return self

    def to_domain(self) -> tuple[PriceSlice, ...]:
        """-> slices in order of time."""
        slices = (
            PriceSlice(start_ms=instant_of_number(one.start), end_ms=instant_of_number(one.end), price=one.price)
            for one in self.slices
        )
        return tuple(sorted(slices, key=lambda one: one.start_ms))

    @classmethod
    def of_domain(cls, slices: tuple[PriceSlice, ...]) -> Self:
        """Slices -> wire."""
        return cls.of(
            slices=[
                Slice.of(start=seconds_of_instant(one.start_ms), end=seconds_of_instant(one.end_ms), price=one.price)
                for one in slices
            ]
        )


class DynamicTariff(DynamicPrices):
    """The slices that replace those of a building's tariff; the rest of the tariff stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"slices": [{"start": 1767225600, "end": 1767226500, "price": "0.2735"}]}]}
    )


class TariffSetting(WireModel):
    """What a kWh costs: `single`, `dual` or `dynamic`, as `type` says."""

    type: Literal["SINGLE", "DUAL", "DYNAMIC"]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["CHF"])] | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    single: SinglePrice | None = None
    dual: DualPrice | None = None
    dynamic: DynamicPrices | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if self.type == "SINGLE" and self.single is None:
            raise ValueError("a SINGLE tariff needs single.price")
        return self

    def to_domain(self) -> Tariff:
        """-> tariff."""
        return Tariff(
            type=self.type,
            currency=self.currency,
            min_price=self.min_price,
            max_price=self.max_price,
            single_price=None if self.single is None else self.single.price,
            low_tariff=None if self.dual is None else self.dual.low_tariff.to_domain(),
            slices=() if self.dynamic is None else self.dynamic.to_domain(),
        )

    @classmethod
    def of_domain(cls, tariff: Tariff) -> Self:
        """Tariff -> wire."""
        return cls.of(
            type=tariff.type,
            currency=tariff.currency,
            min_price=tariff.min_price,
            max_price=tariff.max_price,
            single=None if tariff.single_price is None else SinglePrice.of(price=tariff.single_price),
            dual=None if tariff.low_tariff is None else DualPrice.of(low_tariff=LowTariff.of_domain(tariff.low_tariff)),
            dynamic=DynamicPrices.of_domain(tariff.slices) if tariff.slices or tariff.type == "DYNAMIC" else None,
        )


class TariffPrice(WireModel):
    """From `start` (inclusive) to `end` (exclusive) price and low tariff stay the same."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"start": 1767225600, "end": 1767247200, "price": "0.1980", "isLowTariff": True}]}
    )

    start: EpochSeconds
    end: EpochSeconds
    price: Price | None = Field(description="Decimal text, per kWh; null where the tariff has none.")
    is_low_tariff: bool | None

    @classmethod
    def of_domain(cls, segment: PriceSegment) -> Self:
        """Segment -> wire."""
        return cls.of(
            start=seconds_of_instant(segment.start_ms),
            end=seconds_of_instant(segment.end_ms),
            price=None if segment.price is None else f"{segment.price:f}",
            is_low_tariff=segment.is_low,
        )
