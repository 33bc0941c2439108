"""The difference between a kept card and a wanted one."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from server.clients.changes import KeptLine, LineChanges, compare
from server.clients.import_lines import CardLine
from server.clients.models import Section

LINES = st.lists(
    st.builds(
        CardLine,
        section=st.sampled_from(Section),
        label=st.sampled_from(["", "Ana", "Eva"]),
        email=st.sampled_from(["", "A@uno.example", "a@uno.example"]),
        address=st.sampled_from(["", "a@uno.example", "b@uno.example"]),
        phone=st.sampled_from(["", "600"]),
    ),
    unique=True,
)


def line(address: str, label: str = "", section: Section = Section.CONTACT) -> CardLine:
    return CardLine(section, label, address, address, "")


def kept(*lines: CardLine) -> list[KeptLine]:
    return [KeptLine(number, line) for number, line in enumerate(lines, start=1)]


def apply(before: Sequence[KeptLine], changes: LineChanges) -> set[CardLine]:
    lines = {old.id: old.line for old in before} | {new.id: new.line for new in changes.changed}
    return {lines[id_] for id_ in lines if id_ not in changes.removed} | set(changes.added)


def test_equal_cards_differ_in_nothing() -> None:
    assert not compare(
        kept(line("a@uno.example"), line("b@uno.example")), [line("b@uno.example"), line("a@uno.example")]
    )


def test_a_new_label_changes_the_line_and_replaces_nothing() -> None:
    changes = compare(kept(line("a@uno.example", "Ana")), [line("a@uno.example", "Eva")])

    assert changes == LineChanges((), (KeptLine(1, line("a@uno.example", "Eva")),), ())


def test_an_address_in_another_section_is_another_line() -> None:
    moved = line("a@uno.example", section=Section.ADDRESS)

    assert compare(kept(line("a@uno.example")), [moved]) == LineChanges((moved,), (), (1,))


def test_of_two_people_at_one_address_the_right_one_goes() -> None:
    changes = compare(
        kept(line("a@uno.example", "Ana"), line("a@uno.example", "Eva")), [line("a@uno.example", "Eva")]
    )

    assert changes == LineChanges((), (), (1,))


@given(LINES, LINES)
def test_the_changes_lead_from_any_card_to_any_other(before: list[CardLine], after: list[CardLine]) -> None:
    assert apply(kept(*before), compare(kept(*before), after)) == set(after)


@given(LINES)
def test_a_card_compared_with_itself_in_any_order_is_unchanged(lines: list[CardLine]) -> None:
    assert not compare(kept(*lines), list(reversed(lines)))
