"""What the API says of itself is true: whatever its document allows is answered as the document says."""

import random
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.records.place import written
from simulator import Simulator
from tests.integration.test_route_matrix import ROLES, Ids, app, headers, ids  # noqa: F401  # fixtures

pytestmark = pytest.mark.integration
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLS_FOR_EACH_OPERATION = 10
# What stands behind the ids of a path; a call takes one of them half of the time.
SUBJECTS = {
    "record_id": ("private", "public", "moved", "deleted"),
    "message_id": ("asked", "dismissed"),
    "account_id": ("account",),
    "attachment_id": (),
    "batch_id": ("batch",),
    "choice_id": ("reason", "area"),
}
NUMBERS = ("message_id", "account_id", "attachment_id", "choice_id")
TOO_LARGE = (2**31, 2**63)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ROLES)
def test_every_operation_answers_as_its_document_says(
    role: str,
    app: APIFlask,  # noqa: F811
    ids: Ids,  # noqa: F811
    simulator: Simulator,
    request: pytest.FixtureRequest,
) -> None:
    run = int(request.config.getoption("randomly_seed", default=0) or 0)
    print(f"seed {run}")
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    found: list[str] = []

    for operation in operations:
        try:
            call_often(operation, headers(simulator, role), ids, run)
        except FailureGroup as failure:
            found.append(str(failure))

    assert len(operations) > 40
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/clients/%00", None),
        ("GET", "/api/clients?cursor=0%00", None),
        ("GET", "/api/clients?cursor=elsewhere", None),
        ("GET", "/api/records?client=%00", None),
        ("GET", "/api/records?since=0001-01-01T00:00:00%2B14:00", None),
        ("GET", "/api/records?until=9999-12-31T23:59:59-14:00", None),
        ("GET", "/api/messages?internet_message_id=a%00&mailbox=a@b.example", None),
        ("POST", "/api/records", {"subject": "Una visita", "client": "\x00"}),
        ("GET", f"/api/unassigned?cursor={written('2026-01-01T00:00:00+00:00', '9' * 40)}", None),
        ("GET", f"/api/unassigned?cursor={written('2026-01-01T00:00:00+00:00', '-1')}", None),
        ("POST", f"/api/unassigned/{2**31}/dismiss", None),
        ("POST", f"/api/unassigned/{2**63}/dismiss", None),
        ("GET", f"/api/admin/accounts/{2**63}/census", None),
        ("GET", f"/api/admin/parked?cursor={2**31}", None),
        ("POST", "/api/admin/parked/retry", {"id": 2**63}),
    ],
)
def test_what_no_database_can_hold_is_refused(
    method: str,
    path: str,
    body: Any,
    app: APIFlask,  # noqa: F811
    simulator: Simulator,
) -> None:
    answer = app.test_client().open(path, method=method, json=body, headers=headers(simulator, "ana"))

    assert answer.status_code in (404, 422)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_is_answered_as_the_document_says_whether_the_card_had_it_or_not(
    app: APIFlask,  # noqa: F811
    simulator: Simulator,
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operation = schema["/api/clients/{code}/addresses"]["POST"]
    body = {"address": "socia@panaderiauno.example", "section": "contact"}
    case = operation.Case(path_parameters={"code": "C01"}, body=body, media_type="application/json")

    answers = [case.call_and_validate(headers=headers(simulator, "ana"), checks=CHECKS) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "body", "brings"),
    [
        ("POST", "/api/admin/reasons", {"name": "IMPUESTOS"}, {"name", "active"}),
        ("PATCH", "/api/records/{public}", {"reason": None}, {"current"}),
        ("POST", "/api/clients/C01/addresses", {"address": "a"}, {"errors"}),
    ],
)
def test_what_a_problem_brings_is_in_the_document(
    method: str,
    path: str,
    body: dict[str, Any],
    brings: set[str],
    app: APIFlask,  # noqa: F811
    ids: Ids,  # noqa: F811
    simulator: Simulator,
) -> None:
    client = app.test_client()
    schemas = client.get("/api/openapi.json").get_json()["components"]["schemas"]
    given = headers(simulator, "ana") | {"If-Match": '"999"'}

    problem = client.open(path.format(**ids), method=method, json=body, headers=given).get_json()

    assert problem.keys() - set(schemas["Problem"]["required"]) == brings
    assert brings <= schemas["Problem"]["properties"].keys()


def call_often(operation: APIOperation, who: dict[str, str], real: Ids, run: int) -> None:
    @seed(run)
    @settings(
        max_examples=CALLS_FOR_EACH_OPERATION,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), dice=st.randoms(use_true_random=False))
    def call(case: Case, dice: random.Random) -> None:
        point_at_something(case, real, dice)
        case.call_and_validate(headers=who, checks=CHECKS)

    call()


def point_at_something(case: Case, real: Ids, dice: random.Random) -> None:
    """Give the path an id of what there is, else every answer would be that there is no such thing."""
    known: dict[str, Any] = {name: [str(real[each]) for each in of] for name, of in SUBJECTS.items()}
    known = {name: [*of, *TOO_LARGE] if name in NUMBERS else of for name, of in known.items()}
    known["code"] = ["C01", "C02"]
    for name in case.path_parameters or {}:
        if name in known and dice.random() < 0.6:
            case.path_parameters[name] = dice.choice(known[name])
