"""The JSON values of Microsoft Graph and how it writes dates."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def timestamp(moment: datetime) -> str:
    """`moment` as Graph writes it: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def long_timestamp(moment: datetime, zone: str = "Z") -> str:
    """`moment` with the seven fractional digits of subscription dates."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0") + zone


def instant(value: object) -> datetime | None:
    """The moment that `value` names (a date without an offset is UTC), or None if it names none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return _read(value) if isinstance(value, str) else None


@lru_cache(maxsize=100_000)
def _read(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def at_path(value: object, path: tuple[str, ...]) -> object:
    """The value below nested keys, None where a step is missing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
