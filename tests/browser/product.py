"""The whole product behind a browser: the firm, server and worker, and the look-alike of Outlook."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from server.records.catalog import add_areas, add_reasons
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.live import Live

ANA = "ana@ribera.example"
REASONS = ("Consulta", "Envío de documentación", "Requerimiento")
AREAS = ("Fiscal", "Laboral")
THEMES = ("light", "dark")


@contextmanager
def running_product(simulator: Simulator, folder: Path) -> Iterator[Live]:
    """The product watching the firm's four accounts, on SQLite, until the block ends."""
    simulator.reset()
    build_firm(simulator.world)
    with Live.started(simulator, f"sqlite:///{folder / 'register.sqlite3'}", folder / "data") as live:
        simulator.public_url = live.url
        live.import_clients()
        live.add_accounts()
        with live.database.writing() as session:
            add_reasons(session, REASONS)
            add_areas(session, AREAS)
        live.wait_until_watching()
        yield live


def message(subject: str, *, sender: str, to: Sequence[str] = (ANA,), **fields: Any) -> dict[str, Any]:
    """A mail from outside as Graph writes it, sent now."""
    return {
        "subject": subject,
        "from": _recipient(sender),
        "toRecipients": [_recipient(address) for address in to],
        "body": {"contentType": "text", "content": "Buenos días: va adjunto. Un saludo"},
        "sentDateTime": datetime.now(UTC).isoformat(),
        **fields,
    }


def _recipient(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": address.partition("@")[0].title(), "address": address}}


def deliver(
    live: Live, subject: str, *, sender: str = "ana.lopez@panaderiauno.example", **fields: Any
) -> None:
    """A mail arrives and the register has dealt with it."""
    live.simulator.world.deliver(message(subject, sender=sender, **fields))
    live.wait_until_idle()


def open_pane(page: Page, live: Live, subject: str, options: str = "", person: str = ANA) -> Frame:
    """The pane beside an open mail of the person's."""
    page.goto(f"{live.simulator.browser_url}/outlook/?as={person}{options}")
    page.get_by_role("option").filter(has_text=subject).first.click()
    return pane(page)


def pane(page: Page) -> Frame:
    page.wait_for_selector("iframe[name=bitacora]")
    frame = page.frame("bitacora")
    assert frame is not None
    return frame


def sign_in(page: Page, live: Live, path: str = "/", person: str = "Ana Ribera") -> None:
    """A page of the register, opened by a person who first has to say who it is."""
    page.goto(live.url + path)
    page.get_by_role("button", name=person).click()
    expect(page.locator("#bar")).to_contain_text(person)


def expect_accessible(place: Page | Frame, theme: str) -> None:
    """No violation that axe can see, in this theme."""
    page = place if isinstance(place, Page) else place.page
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of THEMES
    found = Axe().run(place).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []


def problem(code: str, status: int) -> dict[str, Any]:
    """What a server in trouble answers, for `route.fulfill`."""
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": ""}
    return {"status": status, "json": body, "content_type": "application/problem+json"}
