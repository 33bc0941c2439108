"""The main job, done by hand: a client's mail files itself, is seen, classified and answered from Outlook."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator import Simulator
from tests.browser.product import ANA, open_pane, pane, running_product, sign_in
from tests.live import Live

pytestmark = pytest.mark.browser
SCREENSHOTS = Path("screenshots/main_job")
SUBJECT = "Modelo 303 del tercer trimestre"
FIVE_SECONDS = 5_000


@pytest.fixture
def product(simulator_process: Simulator, tmp_path: Path) -> Iterator[Live]:
    with running_product(simulator_process, tmp_path) as live:
        yield live


@pytest.fixture
def register(chromium: Browser, product: Live) -> Iterator[Page]:
    """Another window, in which Luis has the register open."""
    context = chromium.new_context(locale="es-ES", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, product, "/?client=C01", "Luis Ortega")
    yield page
    context.close()


def send_as_client(page: Page, subject: str, to: str = ANA) -> None:
    page.get_by_role("button", name="Mundo exterior").click()
    outside = page.get_by_test_id("outside")
    outside.get_by_label("De", exact=True).fill("ana.lopez@panaderiauno.example")
    outside.get_by_label("Para").fill(to)
    outside.get_by_label("Asunto").fill(subject)
    outside.get_by_label("Texto del correo de fuera").fill("Os paso las facturas. ¿Cuándo se presenta?")
    outside.get_by_role("button", name="Entregar").click()


def reply(page: Page, text: str) -> None:
    page.get_by_role("button", name="Responder", exact=True).click()
    compose = page.get_by_test_id("compose")
    compose.get_by_label("Texto del mensaje").fill(text)
    page.get_by_role("button", name="Enviar", exact=True).click()


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_a_mail_of_a_client_is_filed_seen_classified_and_answered(
    page: Page, register: Page, product: Live
) -> None:
    rows = register.locator("#list [data-record]").filter(has_text=SUBJECT)
    page.goto(f"{product.simulator.browser_url}/outlook/?as={ANA}")

    send_as_client(page, SUBJECT)

    expect(rows).to_have_count(1, timeout=FIVE_SECONDS)
    page.get_by_test_id("message").filter(has_text=SUBJECT).click()
    beside = pane(page)
    expect(beside.get_by_text("Panadería Uno SL")).to_be_visible()
    expect(beside.get_by_text("ana.lopez@panaderiauno.example").first).to_be_visible()
    photograph(page, "1-filed")

    beside.get_by_label("Motivo").select_option(label="Consulta")
    beside.get_by_label("Área").select_option(label="Fiscal")

    expect(rows.filter(has_text="Consulta").filter(has_text="Fiscal")).to_have_count(1, timeout=15_000)
    photograph(page, "2-classified")

    reply(page, "El día 20. Un saludo")

    expect(rows).to_have_count(2, timeout=15_000)
    photograph(register, "3-register")


def test_the_same_mail_to_two_colleagues_is_one_line(page: Page, register: Page, product: Live) -> None:
    rows = register.locator("#list [data-record]").filter(has_text="Alta de un trabajador")
    page.goto(f"{product.simulator.browser_url}/outlook/?as={ANA}")

    send_as_client(page, "Alta de un trabajador", to=f"{ANA}, luis@ribera.example")

    expect(rows).to_have_count(1, timeout=FIVE_SECONDS)
    product.wait_until_idle()
    expect(rows).to_have_count(1)
    rows.click()
    holders = register.locator("#detail .holders")
    expect(holders).to_contain_text("Ana Ribera")
    expect(holders).to_contain_text("Luis Ortega")
    photograph(register, "4-two-holders")


def test_a_mail_of_two_clients_waits_and_is_assigned_from_the_mailbox(page: Page, product: Live) -> None:
    product.simulator.world.deliver(
        {
            "subject": "Documentos del grupo",
            "from": {"emailAddress": {"name": "Gestor", "address": "gestor@grupo23.example"}},
            "toRecipients": [{"emailAddress": {"name": "Ana", "address": ANA}}],
        }
    )
    product.wait_until_idle()
    beside = open_pane(page, product, "Documentos del grupo")
    expect(beside.get_by_text("¿De quién es?")).to_be_visible()
    photograph(page, "5-unassigned")

    beside.get_by_role("button").filter(has_text="Transportes Tres SL").click()

    expect(beside.get_by_label("Motivo")).to_be_visible()
    expect(beside.get_by_text("Transportes Tres SL").first).to_be_visible()
    photograph(page, "6-assigned")
