"""Users and folders."""

from urllib.parse import quote

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", ["oid", "address", "upper case"])
def test_a_user_is_found_by_id_and_principal_name(graph: httpx.Client, firm: Simulator, name: str) -> None:
    names = {"oid": firm.world.user(ANA).id, "address": quote(ANA, safe=""), "upper case": ANA.upper()}

    found = graph.get(f"/users/{names[name]}").json()

    assert (found["displayName"], found["mail"]) == ("Ana Ribera", ANA)
    assert "proxyAddresses" not in found


@pytest.mark.parametrize("name", ["ana.ribera@ribera.example", "nobody@ribera.example", "x"])
def test_an_alias_or_stranger_is_no_user(graph: httpx.Client, name: str) -> None:
    answer = graph.get(f"/users/{name}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "Request_ResourceNotFound")


def test_aliases_are_among_the_proxy_addresses(graph: httpx.Client) -> None:
    found = graph.get(f"/users/{ANA}", params={"$select": "proxyAddresses,id"}).json()

    assert set(found) == {"@odata.context", "id", "proxyAddresses"}
    assert found["proxyAddresses"][0] == f"SMTP:{ANA}"
    assert "smtp:ana@ribera-antigua.example" in found["proxyAddresses"]


def test_users_come_in_pages(graph: httpx.Client, firm: Simulator) -> None:
    page = graph.get("/users", params={"$top": 3, "$select": "mail"}).json()
    rest = graph.get(page["@odata.nextLink"]).json()

    mails = [user["mail"] for user in page["value"] + rest["value"]]
    assert mails == [user.address for user in firm.world.users]
    assert "@odata.nextLink" not in rest
    assert set(rest["value"][0]) == {"mail"}


def test_a_user_is_found_by_an_alias_with_a_filter(graph: httpx.Client) -> None:
    clause = "proxyAddresses/any(x:x eq 'smtp:ana@ribera-antigua.example')"

    found = graph.get("/users", params={"$filter": clause}).json()["value"]

    assert [user["mail"] for user in found] == [ANA]


@pytest.mark.parametrize(
    "path",
    [
        "/users/{}/mailFolders/inbox",
        "/users/{}/mailFolders('inbox')",
        "/users/{}/mailfolders/Inbox",
        "/Users/{}/MailFolders/INBOX",
        "/users('{}')/mailFolders/inbox",
    ],
)
def test_a_folder_is_found_however_its_path_is_spelled(graph: httpx.Client, path: str) -> None:
    found = graph.get(path.format(ANA)).json()

    assert found["displayName"] == "Bandeja de entrada"
    assert "wellKnownName" not in found


def test_folder_names_follow_the_language_of_the_mailbox(graph: httpx.Client, firm: Simulator) -> None:
    firm.world.add_user("Hans", "hans@ribera.example", folder_language="en")

    found = graph.get("/users/hans@ribera.example/mailFolders/sentitems").json()

    assert found["displayName"] == "Sent Items"


def test_hidden_folders_are_shown_on_demand(graph: httpx.Client) -> None:
    def count(**more: str) -> int:
        answer = graph.get(f"/users/{ANA}/mailFolders", params={"$top": 100, **more}).json()
        assert all(not folder["isHidden"] or more for folder in answer["value"])
        return len(answer["value"])

    assert count(includeHiddenFolders="true") > count()


def test_nested_folders_are_walked_by_their_children(graph: httpx.Client, firm: Simulator) -> None:
    clients = firm.world.create_folder(ANA, "Clientes", "inbox")
    for number in range(12):
        firm.world.create_folder(ANA, f"C{number:02d}", clients)

    names, link = [], f"/users/{ANA}/mailFolders/{clients}/childFolders"
    while link:
        page = graph.get(link).json()
        names += [folder["displayName"] for folder in page["value"]]
        link = page.get("@odata.nextLink")

    assert names == [f"C{number:02d}" for number in range(12)]
    assert graph.get(f"/users/{ANA}/mailFolders/inbox").json()["childFolderCount"] == 1


def test_a_folder_can_be_made_and_deleted(graph: httpx.Client) -> None:
    made = graph.post(f"/users/{ANA}/mailFolders", json={"displayName": "Impuestos"})

    deleted = graph.delete(f"/users/{ANA}/mailFolders/{made.json()['id']}")

    assert (made.status_code, deleted.status_code) == (201, 204)
    assert graph.get(f"/users/{ANA}/mailFolders/{made.json()['id']}").status_code == 404


def test_a_resource_that_does_not_exist_is_not_found(graph: httpx.Client) -> None:
    assert graph.get(f"/users/{ANA}/calendar").status_code == 404


def test_categories_are_kept_by_mailbox(graph: httpx.Client) -> None:
    path = f"/users/{ANA}/outlook/masterCategories"
    made = graph.post(path, json={"displayName": "Registrado", "color": "preset9"})

    found = graph.get(path).json()["value"]

    assert made.status_code == 201
    assert [(each["displayName"], each["color"]) for each in found] == [("Registrado", "preset9")]
