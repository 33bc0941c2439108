"""How a census looks on paper: for people as a table, for programs as JSON."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

from server.ingest.balance import Balance
from server.ingest.census import CensusResult, Difference
from server.ingest.models import DifferenceReason

COLUMNS = tuple(field.name.replace("_", " ") for field in fields(Balance))
MOST_LISTED = 50
NEXT_STEP = {
    DifferenceReason.WAITING: "the running server will read it, or `bitacora sync` now.",
    DifferenceReason.PARKED: (
        "`bitacora inbox parked` says why it cannot be read, `bitacora inbox retry` tries it again."
    ),
    DifferenceReason.GONE: "it was deleted before it could be read; there is nothing to do.",
    DifferenceReason.UNKNOWN: "take the census again; if it is still unknown then, report it.",
    DifferenceReason.MOVED: "take the census again; if it has still moved then, report it.",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A census with its newest `days`; of a private account no folder is named."""

    address: str
    result: CensusResult
    is_private: bool
    days: int

    def folder(self, found: Difference) -> str:
        return "" if self.is_private else found.folder


def as_json(sheets: Iterable[Sheet]) -> str:
    """The sheets for programs."""
    return json.dumps([_row(sheet) for sheet in sheets], ensure_ascii=False, indent=2)


def as_text(sheets: Iterable[Sheet]) -> str:
    """The sheets for people, with what to do next."""
    return "\n\n".join("\n".join(_lines(sheet)) for sheet in sheets)


def _row(sheet: Sheet) -> dict[str, object]:
    result = sheet.result
    return {
        "address": sheet.address,
        "since": result.since.isoformat(),
        "started_at": result.started_at.isoformat(timespec="seconds"),
        "finished_at": result.finished_at.isoformat(timespec="seconds"),
        "total": asdict(result.total),
        "missing": len(result.missing),
        "days": [{"day": day.isoformat(), **asdict(balance)} for day, balance in result.days[: sheet.days]],
        "differences": [
            {
                "graph_id": found.graph_id,
                "reason": found.reason.value,
                "reason_now": found.reason_now.value if found.reason_now else None,
                "received_at": found.received_at.isoformat(),
                "folder": sheet.folder(found),
            }
            for found in result.differences
        ],
    }


def _lines(sheet: Sheet) -> Iterator[str]:
    days, differences = sheet.result.days, sheet.result.differences
    yield f"{sheet.address}, mail since {sheet.result.since:%Y-%m-%d}"
    yield _line("day (UTC)", COLUMNS)
    for day, balance in days[: sheet.days]:
        yield _line(day.isoformat(), asdict(balance).values())
    if len(days) > sheet.days:
        yield f"  … {len(days) - sheet.days} earlier days"
    yield _line("sum", asdict(sheet.result.total).values())
    if not differences:
        yield "  Every mail is accounted for."
        return
    yield f"  {len(differences)} mails were different:"
    for found in differences[:MOST_LISTED]:
        yield f"  {found.received_at:%Y-%m-%d %H:%M} UTC  {_told(found, sheet.folder(found))}"
    if len(differences) > MOST_LISTED:
        yield f"  … {len(differences) - MOST_LISTED} earlier mails; --json lists them all"
    yield from _next_steps(differences)


def _line(first: str, cells: Iterable[object]) -> str:
    return f"  {first:<10}" + "".join(f"{cell!s:>12}" for cell in cells)


def _told(found: Difference, folder: str) -> str:
    now = "in order by now" if found.reason_now is None else f"now {found.reason_now.value}"
    told = found.reason.value if found.reason_now is found.reason else f"{found.reason.value}, {now}"
    return f"{folder}: {told}" if folder else told


def _next_steps(differences: Iterable[Difference]) -> Iterator[str]:
    still = {found.reason_now for found in differences}
    for reason, step in NEXT_STEP.items():
        if reason in still:
            yield f"  {reason.value}: {step}"
