"""What people wrote outlives whatever mailboxes do: records by hand, deletions, moves, classifications."""

from datetime import timedelta

import pytest

from server.ingest.upkeep import read_again
from tests.checker import Register, copies_of_truth, expected_register
from tests.faults.mails import ANA, LUIS, deliver
from tests.faults.people import classify, records
from tests.invariants import check_invariants, firm_of, work_of
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
ROUND = timedelta(minutes=11)


def moved(expected: Register, message_id: str, client: str) -> Register:
    """The register with one mail where a person put it."""
    rows = [
        row | {"client": client, "rule": "person"} if message_id in row["internet_message_id"] else row
        for row in expected.records
    ]
    return Register(rows, expected.unassigned, expected.excluded, expected.events)


def test_all_that_people_wrote_outlives_a_new_reading(program: Stepped) -> None:
    """Every mailbox is read from its beginning again; nothing that people decided comes undone."""
    for subject in ("Clasificada", "Borrada", "Movida"):
        deliver(program, subject, to=(ANA, LUIS))
    program.settle()
    classify(program, "Clasificada")
    known = {record["subject"]: record for record in records(program)}
    with program.person(ANA) as ana:
        call = {"client": "C01", "subject": "Llamada", "notes": "Quiere aplazarlo."}
        assert ana.post("/api/records", json=call).status_code == 201
        deletion = ana.delete(f"/api/records/{known['Borrada']['id']}", headers={"If-Match": '"1"'})
        assert deletion.status_code == 204
        move = ana.post(f"/api/records/{known['Movida']['id']}/move", json={"client": "C02"})
        assert move.status_code == 200
    work = work_of(program)

    program.simulator.faults.expire_delta(status=410, code="SyncStateNotFound")
    with program.database.writing() as session:
        read_again(session, program.clock())
    program.pass_time(ROUND)

    truth = copies_of_truth(event.to_json() for event in program.simulator.world.truth)
    message_id = known["Movida"]["internet_message_id"]
    expected = moved(expected_register(truth, firm_of(program)), message_id, "C02")
    assert check_invariants(program, work=work, expected=expected).got == 3
    standing = {(record["client"]["code"], record["subject"]) for record in records(program)}
    assert standing == {("C01", "Llamada"), ("C01", "Clasificada"), ("C02", "Movida")}
