"""The workbook as such: its words, its rows, its sums, and how much memory they take."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from server.accounts.models import Account
from server.clients.models import Client
from server.mail import Role
from server.records.models import (
    Area,
    Direction,
    Initiator,
    Message,
    MessageAttachment,
    MessageParticipant,
    Reason,
    Record,
    RecordParticipant,
    RecordType,
)
from server.records.register import RecordView
from server.records.rights import Rights
from server.records.workbook.line import COLUMNS, Line
from server.records.workbook.stream import TooManyRecords, stream_workbook
from server.records.workbook.totals import Totals
from server.records.workbook.words import WORDS

MADRID = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)
SHARED = Path(__file__).parents[3] / "addin/shared/i18n"
PAGE = 500


def a_view(
    subject: str = "Asunto", at: datetime = NOON, *, restricted: bool = False, **more: str
) -> RecordView:
    record = Record(
        client=Client(code="C01", name="Panadería Uno SL"),
        message=Message(attachments=[MessageAttachment(name="a.pdf"), MessageAttachment(name="b.pdf")]),
        type=RecordType.EMAIL,
        direction=Direction.RECEIVED,
        initiated_by=Initiator.CLIENT,
        subject=subject,
        person=more.get("person", "Ana Ribera"),
        reason=Reason(name=more.get("reason", "Consulta")),
        area=Area(name="Fiscal"),
        notes="Nota",
        occurred_at=at,
    )
    pedro = MessageParticipant(role=Role.FROM, name="Pedro", address="pedro@uno.example")
    holder = Account(address="ana@ribera.example", name="Ana Ribera")
    people = () if restricted else (pedro, RecordParticipant(name="El gestor", address=""))
    return RecordView(record, restricted, people, (holder,), Rights({}))


def workbook_of(*views: RecordView, language: str = "es") -> list[list[tuple[object, ...]]]:
    pieces = stream_workbook([views], WORDS[language], MADRID, Totals())
    book = load_workbook(io.BytesIO(b"".join(pieces)))
    return [list(sheet.values) for sheet in book.worksheets]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_column_has_a_heading_and_every_word_is_the_one_of_the_pages(language: str) -> None:
    words, pages = WORDS[language], json.loads((SHARED / f"{language}.json").read_text())

    assert len(words.headings) == len(COLUMNS) == len(Line._fields) + 1
    for family, known in (("type", words.types), ("direction", words.directions), ("role", words.roles)):
        assert {f"{family}.{word}": text for word, text in known.items()}.items() <= pages.items()
    assert (set(words.types), set(words.directions), set(words.roles)) == (
        set(RecordType),
        set(Direction),
        set(Role),
    )
    assert set(words.initiators) == set(Initiator)


def test_a_record_is_a_row_on_the_firms_wall_clock() -> None:
    (headings, row), _ = workbook_of(a_view())

    assert headings == WORDS["es"].headings
    assert row == (
        datetime(2026, 11, 24),
        (datetime.min + timedelta(hours=13, seconds=5)).time(),
        *("Correo electrónico", "Recibido", "C01", "Panadería Uno SL", "Ana Ribera", "Asunto"),
        *(
            "De: Pedro <pedro@uno.example>; El gestor",
            "Consulta",
            "Fiscal",
            "Cliente",
            "a.pdf; b.pdf",
            None,
            "Nota",
        ),
        *("ana@ribera.example", "Sí"),
    )


def test_a_summer_night_belongs_to_the_next_day_and_a_mail_from_before_excel_stays_readable() -> None:
    night = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    (_, summer, ancient), _ = workbook_of(a_view(at=night), a_view(at=datetime(1601, 5, 1, tzinfo=UTC)))

    assert summer[0] == datetime(2026, 7, 1)
    assert ancient[0] == "1601-04-30"


def test_a_restricted_record_is_a_row_without_content() -> None:
    (_, row), _ = workbook_of(a_view("Secreto canario", restricted=True))

    assert [row[COLUMNS.index(column)] for column in "HIMO"] == [None] * 4
    assert row[COLUMNS.index("J")] == "Consulta"


def test_the_second_sheet_sums_the_first_one_up() -> None:
    views = (
        a_view(),
        a_view(reason="=1+1", person="Luis"),
        a_view(at=NOON - timedelta(days=60), restricted=True, reason="=1+1"),
    )
    _, summary = workbook_of(*views, language="en")

    def block(heading: str) -> list[tuple[object, object]]:
        start = next(index for index, row in enumerate(summary) if row[:2] == (heading, "Number"))
        rows = summary[start + 1 :]
        end = next((index for index, row in enumerate(rows) if row[0] is None), len(rows))
        return [row[:2] for row in rows[:end]]

    assert [row[:2] for row in summary[:2]] == [("Communications", 3), ("With private content", 1)]
    assert block("Month") == [("2026-09", 1), ("2026-11", 2)]
    assert block("Reason") == [("=1+1", 2), ("Consulta", 1)]
    assert block("Person") == [("Ana Ribera", 2), ("Luis", 1)]
    assert block("Type") == [("E-mail", 3)]


def test_a_workbook_of_nothing_is_one() -> None:
    (headings,), summary = workbook_of()

    assert headings == WORDS["es"].headings
    assert summary[0][:2] == ("Comunicaciones", 0)


def test_more_records_than_a_sheet_has_rows_end_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.records.workbook.stream.MOST_RECORDS", 1)

    with pytest.raises(TooManyRecords):
        workbook_of(a_view(), a_view())


def test_ten_times_the_rows_take_no_more_memory() -> None:
    few, many = _peak(pages=4), _peak(pages=40)

    assert many < 1.5 * few, f"{few:,} bytes for 2,000 rows, {many:,} for 20,000"


def _peak(pages: int) -> int:
    """The most bytes that Python held while a workbook was written and thrown away."""
    views = [a_view(f"Asunto {number}") for number in range(PAGE)]
    tracemalloc.start()
    try:
        for _ in stream_workbook(_again(views, pages), WORDS["es"], MADRID, Totals()):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _again(views: list[RecordView], times: int) -> Iterator[list[RecordView]]:
    for _ in range(times):
        yield views
