"""On behalf of people: consent, grants, To Do, and items that links open."""

import base64
from typing import Any

import httpx
import msal  # type: ignore[import-untyped]
import pytest

from simulator import Simulator
from simulator.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.contract.conftest import ANA, LUIS, trusting
from tests.contract.letters import letter, person
from tests.contract.test_sign_in import API, CALLBACK, choose, msal_app, person_token, query

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended"),
]

DRAFTS = "https://graph.microsoft.com/Mail.ReadWrite"
TASKS = "https://graph.microsoft.com/Tasks.ReadWrite"
CONSENT_REQUIRED = 65001
MARK = "String {6e1f9d8a-94c5-4b7e-a1b3-0f5d2c7e8a41} Name BitacoraDraft"


@pytest.fixture(autouse=True)
def own_authority_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests, which MSAL uses, lets these win over the authority that it is told to trust."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def me(simulator: Simulator, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{simulator.url}/v1.0/me", headers=headers)


@pytest.fixture
def tasks_need_consent(firm: Simulator) -> Simulator:
    firm.application.delegated.discard("Tasks.ReadWrite")
    return firm


def refreshed(firm: Simulator, refresh_token: str, scope: str) -> dict[str, Any]:
    answer: dict[str, Any] = msal_app(firm).acquire_token_by_refresh_token(refresh_token, [scope])
    return answer


def signed_in(firm: Simulator) -> str:
    """The refresh token of a sign-in that asked for nothing."""
    asked = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid profile offline_access",
    }
    authorize = f"{firm.browser_url}/{TENANT_ID}/oauth2/v2.0/authorize"
    back = query(choose(firm, str(httpx.URL(authorize, params=asked)), LUIS))
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": back["code"],
        "redirect_uri": CALLBACK,
    }
    url = f"{firm.login_url}/{TENANT_ID}/oauth2/v2.0/token"
    token: str = httpx.post(url, data=form, verify=trusting(firm)).json()["refresh_token"]
    return token


def test_a_grant_that_asked_for_nothing_serves_what_was_consented_to(firm: Simulator) -> None:
    grant = signed_in(firm)

    for scope in (DRAFTS, TASKS):
        assert scope.rpartition("/")[2] in refreshed(firm, grant, scope)["scope"]


def test_a_grant_and_a_pane_token_are_refused_what_nobody_consented_to(tasks_need_consent: Simulator) -> None:
    firm = tasks_need_consent
    pane = person_token(firm, LUIS, API)["access_token"]

    by_grant = refreshed(firm, signed_in(firm), TASKS)
    by_pane = msal_app(firm).acquire_token_on_behalf_of(pane, [TASKS])

    for answer in (by_grant, by_pane):
        assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [CONSENT_REQUIRED])


def test_a_person_agrees_for_themselves_alone(tasks_need_consent: Simulator) -> None:
    firm = tasks_need_consent
    flow = msal_app(firm).initiate_auth_code_flow([TASKS], redirect_uri=CALLBACK)

    page = httpx.post(flow["auth_uri"], data={"person": LUIS})
    agreed = httpx.post(flow["auth_uri"], data={"person": LUIS, "agreed": "yes"})

    assert "Tasks.ReadWrite" in page.text
    assert agreed.headers["location"].startswith(CALLBACK)
    assert "Tasks.ReadWrite" in person_token(firm, LUIS, TASKS)["scope"]
    app: msal.ConfidentialClientApplication = msal_app(firm)
    others = app.acquire_token_on_behalf_of(person_token(firm, ANA, API)["access_token"], [TASKS])
    assert others["error_codes"] == [CONSENT_REQUIRED]


def test_where_people_may_not_agree_an_administrator_is_asked_for(tasks_need_consent: Simulator) -> None:
    tasks_need_consent.application.people_may_consent = False
    flow = msal_app(tasks_need_consent).initiate_auth_code_flow([TASKS], redirect_uri=CALLBACK)

    back = query(httpx.post(flow["auth_uri"], data={"person": LUIS}).headers["location"])

    assert back["error"] == "access_denied"
    assert back["error_description"].startswith("AADSTS90094")


def test_a_task_lies_in_the_default_list_with_its_link(firm: Simulator) -> None:
    with me(firm, person_token(firm, LUIS, TASKS)["access_token"]) as luis:
        lists = luis.get("/todo/lists").json()["value"]
        default = next(each["id"] for each in lists if each["wellknownListName"] == "defaultList")
        link = {"webUrl": "https://x.example/1", "applicationName": "X", "displayName": "Uno"}

        made = luis.post(f"/todo/lists/{default}/tasks", json={"title": "Llamar", "linkedResources": [link]})

        listed = luis.get(f"/todo/lists/{default}/tasks").json()["value"]
        links = luis.get(f"/todo/lists/{default}/tasks/{made.json()['id']}/linkedResources").json()["value"]
    assert made.status_code == 201
    assert [(each["title"], each["status"]) for each in listed] == [("Llamar", "notStarted")]
    assert [{**link, "id": each["id"]} for each in links] == links


def test_tasks_want_the_permission_a_title_and_a_licence(firm: Simulator) -> None:
    with me(firm, person_token(firm, LUIS, DRAFTS)["access_token"]) as without:
        assert without.get("/todo/lists").status_code == 403
    with me(firm, person_token(firm, LUIS, TASKS)["access_token"]) as luis:
        (default, _) = luis.get("/todo/lists").json()["value"]
        untitled = luis.post(f"/todo/lists/{default['id']}/tasks", json={})
        firm.faults.todo_missing(LUIS)

        assert untitled.status_code == 400
        assert luis.get("/todo/lists").status_code == 403
        assert luis.get("/mailFolders/drafts").status_code == 403


def test_a_link_to_an_item_leads_to_the_lookalike(firm: Simulator, graph: httpx.Client) -> None:
    draft = graph.post(f"/users/{ANA}/messages", json={"subject": "Hola"}).json()

    address = httpx.URL(draft["webLink"])

    assert str(address).startswith(f"{firm.browser_url}/outlook/?ItemID=")
    assert graph.get(f"/users/{ANA}/messages/{address.params['ItemID']}").json()["subject"] == "Hola"


def test_a_property_of_our_own_stays_with_the_draft_and_never_leaves_the_mailbox(
    firm: Simulator, graph: httpx.Client
) -> None:
    firm.world.deliver(letter("Facturas", internetMessageId="<uno@x.example>"))
    message = {
        "subject": "RE: Facturas",
        "toRecipients": [person(LUIS)],
        "singleValueExtendedProperties": [
            {"id": MARK, "value": "abc"},
            {"id": "String 0x1042", "value": "<uno@x.example>"},
        ],
    }
    made = graph.post(f"/users/{ANA}/messages", json=message).json()
    graph.patch(
        f"/users/{ANA}/messages/{made['id']}",
        json={"singleValueExtendedProperties": [{"id": MARK, "value": "def"}]},
    )

    graph.post(f"/users/{ANA}/messages/{made['id']}/send")

    expand = {
        "$expand": f"singleValueExtendedProperties($filter=id eq '{MARK}')",
        "$select": "internetMessageHeaders",
    }
    (sent,) = graph.get(f"/users/{ANA}/mailFolders/sentitems/messages", params=expand).json()["value"]
    (received,) = graph.get(f"/users/{LUIS}/mailFolders/inbox/messages", params=expand).json()["value"]
    assert [each["value"] for each in sent["singleValueExtendedProperties"]] == ["def"]
    assert "singleValueExtendedProperties" not in received
    headers = {each["name"]: each["value"] for each in received["internetMessageHeaders"]}
    assert headers["In-Reply-To"] == "<uno@x.example>"


def test_the_raw_content_of_a_file_is_its_bytes(firm: Simulator, graph: httpx.Client) -> None:
    content = bytes(range(256))
    attachment = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "x.bin",
        "contentBytes": base64.b64encode(content).decode(),
    }
    (found,) = firm.world.deliver(letter(attachments=[attachment]))
    path = f"/users/{ANA}/messages/{found}/attachments"
    (listed,) = graph.get(path).json()["value"]

    assert graph.get(f"{path}/{listed['id']}/$value").content == content
