"""Which clients a mail belongs to."""

from collections.abc import Iterable

import pytest

from server.accounts.staff import Staff
from server.clients.directory import Directory, DirectoryClient, Holding
from server.clients.models import Section
from server.mail import Participant, Role
from server.records.matching import Rule, Verdict, decide, is_unclear, sightings

UNO = DirectoryClient(1, "C01", "Panadería Uno SL", "B12345674")
DOS = DirectoryClient(2, "C02", "Talleres Dos SA", "A23456783")
TRES = DirectoryClient(3, "C03", "Transportes Tres SL", "B34567891")
STAFF = Staff({"ana@ribera.example": "Ana Ribera"}, frozenset({"ribera.example"}))
DIRECTORY = Directory(
    1,
    {client.id: client for client in (UNO, DOS, TRES)},
    {
        "info@uno.example": (Holding(1, "C01", Section.IDENTIFICATION),),
        "taller@dos.example": (Holding(2, "C02", Section.CONTACT),),
        "gestor@grupo.example": (
            Holding(2, "C02", Section.CONTACT),
            Holding(3, "C03", Section.CONTACT),
        ),
        "ana@ribera.example": (Holding(1, "C01", Section.CONTACT),),
    },
)


def judge(
    *addresses: str, subject: str = "", thread: Iterable[int] = (), settled: Iterable[int] = ()
) -> Verdict:
    participants = [Participant(Role.TO, "", address) for address in addresses]
    seen = sightings(participants, DIRECTORY, STAFF)
    return decide(seen, subject, DIRECTORY, thread_clients=frozenset(thread), settled=frozenset(settled))


def clients(verdict: Verdict) -> list[tuple[int, Rule]]:
    return [(match.client_id, match.rule) for match in verdict.matches]


def test_an_address_of_one_client_decides() -> None:
    assert clients(judge("Info@UNO.example")) == [(1, Rule.ADDRESS)]


def test_a_tag_in_the_address_does_not_hide_the_client() -> None:
    assert clients(judge("info+iva@uno.example")) == [(1, Rule.TAGGED_ADDRESS)]


def test_the_plain_address_is_the_reason_where_both_stand() -> None:
    assert clients(judge("info+iva@uno.example", "info@uno.example")) == [(1, Rule.ADDRESS)]


def test_an_address_of_the_firm_never_stands_for_a_client() -> None:
    assert judge("ana@ribera.example", "new.colleague@ribera.example") == Verdict((), ())


def test_two_clients_in_one_mail_are_both_found() -> None:
    assert clients(judge("taller@dos.example", "info@uno.example")) == [(1, Rule.ADDRESS), (2, Rule.ADDRESS)]


def test_an_address_of_two_clients_is_not_guessed() -> None:
    verdict = judge("gestor@grupo.example")

    assert verdict.matches == ()
    assert [candidate.client_id for candidate in verdict.candidates] == [2, 3]


@pytest.mark.parametrize(
    ("subject", "rule"),
    [
        ("IVA 3T de B34567891", Rule.SUBJECT_NIF),
        ("IVA 3T de B-34.567.891", Rule.SUBJECT_NIF),
        ("Nóminas Transportes Tres SL", Rule.SUBJECT_NAME),
        ("nominas de TRANSPORTES TRES", Rule.SUBJECT_NAME),
    ],
)
def test_the_subject_may_decide(subject: str, rule: Rule) -> None:
    assert clients(judge("gestor@grupo.example", subject=subject)) == [(3, rule)]


@pytest.mark.parametrize(
    "subject", ["Talleres Dos y Transportes Tres", "A23456783 y B34567891", "Transportes Treshermanos"]
)
def test_a_subject_that_names_both_or_neither_does_not(subject: str) -> None:
    verdict = judge("gestor@grupo.example", subject=subject)

    assert verdict.matches == ()
    assert len(verdict.candidates) == 2


def test_the_thread_may_decide_and_the_subject_outranks_it() -> None:
    by_thread = judge("gestor@grupo.example", thread=[3])
    by_subject = judge("gestor@grupo.example", subject="Talleres Dos", thread=[3])

    assert clients(by_thread) == [(3, Rule.THREAD)]
    assert clients(by_subject) == [(2, Rule.SUBJECT_NAME)]


def test_a_client_who_is_there_by_an_own_address_explains_the_shared_one() -> None:
    verdict = judge("gestor@grupo.example", "taller@dos.example")

    assert clients(verdict) == [(2, Rule.ADDRESS)]
    assert verdict.candidates == ()


def test_what_was_answered_is_not_asked_again() -> None:
    assert judge("gestor@grupo.example", settled=[3]) == Verdict((), ())


def test_a_display_name_proves_nothing() -> None:
    spoofed = [Participant(Role.FROM, "info@uno.example", "malo@evil.example")]

    assert sightings(spoofed, DIRECTORY, STAFF) == []


def test_a_clear_mail_needs_no_look_at_its_thread() -> None:
    clear = sightings([Participant(Role.TO, "", "info@uno.example")], DIRECTORY, STAFF)
    unclear = sightings([Participant(Role.TO, "", "gestor@grupo.example")], DIRECTORY, STAFF)

    assert not is_unclear(clear, frozenset())
    assert is_unclear(unclear, frozenset())
