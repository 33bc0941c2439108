"""One record as a line of the sheet: what stands in each column, as values and as XML."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple
from xml.sax.saxutils import escape

from server.records.models import MessageParticipant, RecordParticipant
from server.records.register import RecordView
from server.records.workbook.text import cell_text, is_like_a_formula
from server.records.workbook.words import Words

DAY_S = 86_400
# Excel counts days from here, and believes in a 29th of February 1900: before that its count is one off.
_DAY_ZERO = date(1899, 12, 30).toordinal()
_FIRST_DAY = date(1900, 3, 1)
COLUMNS = tuple("ABCDEFGHIJKLMNOPQ")


@dataclass(frozen=True, slots=True)
class Styles:
    """The numbers of the cell formats in the workbook at hand."""

    date: int
    time: int
    marked: int


class Line(NamedTuple):
    """A record's columns; the moment is on the wall clock of the firm, without a zone."""

    moment: datetime
    type: str
    direction: str
    code: str
    client: str
    person: str
    subject: str
    participants: str
    reason: str
    area: str
    initiated_by: str
    attachments: str
    published: str
    notes: str
    mailboxes: str
    automatic: str


def line_of(view: RecordView, words: Words, zone: tzinfo) -> Line:
    """What a person may see of a record. Of a restricted one, subject, people, files and notes stay empty."""
    record, message, hidden = view.record, view.record.message, view.restricted
    return Line(
        moment=record.occurred_at.astimezone(zone).replace(tzinfo=None),
        type=words.types[record.type] if record.type else "",
        direction=words.directions[record.direction] if record.direction else "",
        code=record.client.code,
        client=record.client.name,
        person=record.person,
        subject="" if hidden else record.subject,
        participants="" if hidden else "; ".join(_named(each, words) for each in view.participants),
        reason=record.reason.name if record.reason else "",
        area=record.area.name if record.area else "",
        initiated_by=words.initiators[record.initiated_by] if record.initiated_by else "",
        attachments="" if hidden or message is None else "; ".join(file.name for file in message.attachments),
        published="",
        notes="" if hidden else record.notes,
        mailboxes="; ".join(account.address for account in view.holders),
        automatic=words.automatic[message is not None],
    )


def xml_of(line: Line, row: int, styles: Styles) -> str:
    """The line as a `<row>` of SpreadsheetML."""
    return f'<row r="{row}">{"".join(_cells(line, row, styles))}</row>'


def _named(participant: MessageParticipant | RecordParticipant, words: Words) -> str:
    name, address = participant.name, participant.address
    shown = f"{name} <{address}>" if name and address and name != address else name or address
    if isinstance(participant, RecordParticipant):
        return shown
    return f"{words.roles[participant.role]}: {shown}"


def _cells(line: Line, row: int, styles: Styles) -> Iterator[str]:
    moment, *texts = line
    yield _day_cell(moment, row, styles)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    yield f'<c r="B{row}" s="{styles.time}"><v>{seconds / DAY_S!r}</v></c>'
    for column, text in zip(COLUMNS[2:], texts, strict=True):
        if text:
            yield _text_cell(f"{column}{row}", text, styles)


def _day_cell(moment: datetime, row: int, styles: Styles) -> str:
    day = moment.date()
    if day < _FIRST_DAY:
        return _text_cell(f"A{row}", day.isoformat(), styles)
    return f'<c r="A{row}" s="{styles.date}"><v>{day.toordinal() - _DAY_ZERO}</v></c>'


def _text_cell(reference: str, text: str, styles: Styles) -> str:
    text = cell_text(text)
    style = f' s="{styles.marked}"' if is_like_a_formula(text) else ""
    return f'<c r="{reference}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
