"""Settings of a building on the wire: tariff, quiet hours, the most notifications of a day."""

from typing import Self

import msgspec
from pydantic import ConfigDict, Field, model_validator

from hearth.api.wire.base import OURS, WireModel
from hearth.api.wire.tariffs import LowTariff, TariffSetting, TimeOfDay
from hearth.domain import limits as domain
from hearth.domain.limits import MOST_PER_DAY, HouseholdLimits
from hearth.domain.tariffs import LowTariffHours, Tariff


class QuietHours(WireModel):
    """Local hours in which nothing but high priority is sent. A start later than its end spans midnight; equal ones are none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "22:00", "end": "07:00"}]})

    start: TimeOfDay
    end: TimeOfDay

    def to_domain(self) -> domain.QuietHours:
        """-> quiet hours."""
        return domain.QuietHours(start=self.start, end=self.end)

    @classmethod
    def of_domain(cls, quiet_hours: domain.QuietHours) -> Self:
        """Quiet hours -> wire."""
        return cls.of(start=quiet_hours.start, end=quiet_hours.end)


class Settings(WireModel):
    """Settings of a building."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tariff": {"type": "SINGLE", "currency": "CHF", "single": {"price": "0.2735"}}}]}
    )

    tariff: TariffSetting | None = None
    low_tariff_hour_setting: LowTariff | None = Field(
        default=None, description="The older spelling of `tariff.dual.lowTariff`; accepted; always null in answers."
    )

    quiet_hours: QuietHours | None = Field(
        default=None, description="null = those of your organisation, if it has any.", json_schema_extra=OURS
    )
    max_notifications_per_day: int | None = Field(
        default=None,
        ge=0,
        le=MOST_PER_DAY,
        description="Of all rules together, per local day; null = that of your organisation, if it has one.",
        json_schema_extra=OURS,
    )

    @model_validator(mode="after")
    def _has_low_tariff_once(self) -> Self:
        tariff = self.tariff_of_both()
        if tariff is not None and tariff.type == "DUAL" and tariff.low_tariff is None:
            raise ValueError("a DUAL tariff needs dual.lowTariff")
        return self

    def limits(self) -> HouseholdLimits:
        """Quiet hours and the most notifications of a day."""
        quiet_hours = None if self.quiet_hours is None else self.quiet_hours.to_domain()
        return HouseholdLimits(quiet_hours=quiet_hours, most_per_day=self.max_notifications_per_day)

    def tariff_of_both(self) -> Tariff | None:
        """The tariff, whichever way it was spelled."""
        tariff = None if self.tariff is None else self.tariff.to_domain()
        if self.low_tariff_hour_setting is None:
            return tariff
        low_tariff: LowTariffHours = self.low_tariff_hour_setting.to_domain()
        if tariff is None:
            return Tariff(type="DUAL", low_tariff=low_tariff)
        if tariff.low_tariff is not None and tariff.low_tariff != low_tariff:
            raise ValueError("lowTariffHourSetting and tariff.dual.lowTariff differ; send only tariff.dual.lowTariff")
        return msgspec.structs.replace(tariff, low_tariff=low_tariff)

    @classmethod
    def of_domain(cls, tariff: Tariff | None, limits: HouseholdLimits) -> Self:
        """What a building has of its own -> wire."""
        return cls.of(
            tariff=None if tariff is None else TariffSetting.of_domain(tariff),
            quiet_hours=None if limits.quiet_hours is None else QuietHours.of_domain(limits.quiet_hours),
            max_notifications_per_day=limits.most_per_day,
        )
