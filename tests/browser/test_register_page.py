"""The register page, against the real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.records.models import Record
from simulator import Simulator
from tests.browser.product import (
    THEMES,
    deliver,
    expect_accessible,
    message,
    problem,
    running_product,
    sign_in,
)
from tests.live import Live

pytestmark = pytest.mark.browser

PEDRO = "pedro@panaderiauno.example"
CARMEN = "carmen.gil@correo.example"
MARTA = "marta@ribera.example"
FIRST_PAGE = 100


@pytest.fixture(scope="module")
def live(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The product with a few mails of Panadería Uno, the newest about a form."""
    with running_product(simulator_process, tmp_path_factory.mktemp("product")) as live:
        for subject in ("Alquiler del local", "Nóminas de octubre", "Modelo 303"):
            deliver(live, subject, sender=PEDRO)
        yield live


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A Spanish browser that fails the test when a page's script or policy does."""
    context = chromium.new_context(locale="es-ES", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    note = faults.append
    page.on("pageerror", lambda error: note(str(error)))
    page.on("console", lambda line: note(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert faults == []


def rows(page: Page) -> Locator:
    return page.locator("#list [data-record]")


def row(page: Page, subject: str) -> Locator:
    return rows(page).filter(has_text=subject)


def detail(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Detalle de la comunicación")


def record_of(live: Live, subject: str) -> Record:
    with live.database.reading() as session:
        return session.query(Record).filter_by(subject=subject).one()


def test_a_stranger_signs_in_and_lands_where_the_link_led(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")

    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    expect(page).to_have_title("Panadería Uno SL · Bitácora")
    expect(row(page, "Modelo 303")).to_be_visible()


def test_without_a_client_it_shows_the_latest_of_all(live: Live, page: Page) -> None:
    deliver(live, "De Carmen", sender=CARMEN)
    deliver(live, "De Pedro", sender=PEDRO)

    sign_in(page, live)

    expect(row(page, "De Carmen")).to_contain_text("Carmen Gil Soto")
    expect(row(page, "De Pedro")).to_contain_text("Panadería Uno SL")


def test_a_client_is_found_with_the_keyboard(live: Live, page: Page) -> None:
    sign_in(page, live)
    page.get_by_role("combobox").fill("gil")
    expect(page.get_by_role("option")).to_have_count(2)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Julián Gil Prado")
    assert page.url.endswith("/?client=C05")


def test_the_arrow_keys_move_the_selection_and_the_address_keeps_it(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 303").click()

    page.keyboard.press("ArrowDown")
    expect(detail(page).get_by_role("heading", level=2)).to_have_text("Nóminas de octubre")
    page.keyboard.press("End")
    expect(rows(page).last).to_be_focused()
    page.keyboard.press("Home")
    expect(rows(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    chosen = rows(page).nth(1).get_attribute("data-record")
    page.reload()

    expect(rows(page).nth(1)).to_have_attribute("aria-selected", "true")
    assert page.url.endswith(f"/?client=C01&record={chosen}")


def test_the_detail_says_who_why_and_what(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")

    row(page, "Modelo 303").click()

    expect(detail(page)).to_contain_text("Buenos días: va adjunto.")
    expect(detail(page)).to_contain_text(PEDRO)
    expect(detail(page)).to_contain_text(f"por {PEDRO} (Personas de contacto)")
    expect(detail(page)).to_contain_text("aviso de Microsoft")


def test_a_choice_saves_itself_shows_in_the_list_and_can_be_undone(live: Live, page: Page) -> None:
    deliver(live, "Para clasificar", sender=PEDRO)
    sign_in(page, live, "/?client=C01")
    row(page, "Para clasificar").click()

    detail(page).get_by_label("Motivo").select_option("Consulta")
    expect(row(page, "Para clasificar")).to_contain_text("Consulta")
    expect(detail(page)).to_contain_text("Guardado")
    saved = record_of(live, "Para clasificar").reason_id
    detail(page).get_by_role("button", name="Deshacer").click()

    expect(row(page, "Para clasificar")).not_to_contain_text("Consulta")
    assert saved is not None


def test_new_mail_appears_by_itself_and_the_selection_stays(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 303").click()
    deliver(live, "Recién llegado", sender=PEDRO)

    page.clock.run_for(5000)

    expect(row(page, "Recién llegado")).to_be_visible()
    expect(row(page, "Modelo 303")).to_have_attribute("aria-selected", "true")
    expect(row(page, "Modelo 303")).to_be_focused()
    expect(detail(page).get_by_role("heading", level=2)).to_have_text("Modelo 303")


def test_updating_fetches_the_mail_and_says_when_it_is_done(live: Live, page: Page) -> None:
    sign_in(page, live)

    page.get_by_role("button", name="Actualizar").click()

    expect(page.locator("#status")).to_have_text("Correo actualizado")
    expect(page.locator("#bar")).to_contain_text("Al día · último correo")


def test_older_records_come_while_scrolling(live: Live, page: Page) -> None:
    sent = datetime.now(UTC) - timedelta(days=1)
    for number in range(FIRST_PAGE + 10):
        moment = (sent + timedelta(seconds=number)).isoformat()
        live.simulator.world.deliver(
            message(f"Aviso {number}", sender="taller@dos.example", sentDateTime=moment)
        )
    live.wait_until_idle()
    sign_in(page, live, "/?client=C02")
    expect(rows(page).first).to_contain_text(f"Aviso {FIRST_PAGE + 9}")

    page.locator("#list .scroll").hover()
    page.mouse.wheel(0, 100_000)
    page.mouse.wheel(0, 100_000)

    expect(row(page, "Aviso 0")).to_be_visible()
    assert rows(page).count() < FIRST_PAGE


def test_a_private_mail_of_somebody_else_is_a_row_without_content(live: Live, page: Page) -> None:
    deliver(live, "Solo para Marta", sender=CARMEN, to=(MARTA,))
    sign_in(page, live, "/?client=C04")

    row(page, "Contenido privado").first.click()

    expect(row(page, "Contenido privado").first).to_contain_text("Marta Vidal")
    expect(detail(page)).to_contain_text("Llegó a una cuenta privada")
    expect(page.get_by_text("Solo para Marta")).to_have_count(0)
    expect(detail(page).get_by_role("combobox")).to_have_count(0)


def test_a_client_without_address_is_told_what_to_do(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C07")

    expect(page.get_by_role("heading", name="Todavía no hay comunicaciones")).to_be_visible()
    expect(page.get_by_text("Añade una dirección de correo en su ficha")).to_be_visible()


def test_a_failing_server_is_named_and_can_be_tried_again(live: Live, page: Page) -> None:
    page.route("**/api/records?*", lambda route: route.fulfill(**problem("store_busy", 503)))
    sign_in(page, live, "/?client=C01")
    expect(page.get_by_role("heading", name="El registro está ocupado")).to_be_visible()
    page.unroute("**/api/records?*")

    page.get_by_role("button", name="Reintentar").click()

    expect(row(page, "Modelo 303")).to_be_visible()


def test_an_ended_session_leads_back_to_the_sign_in(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    page.context.clear_cookies()

    page.get_by_role("button", name="Todos los clientes").click()

    way_back = page.get_by_role("link", name="Iniciar sesión")
    expect(way_back).to_have_attribute("href", "/sign-in?next=%2F")


def test_signing_out_ends_the_session(live: Live, page: Page) -> None:
    sign_in(page, live)
    page.get_by_label("Cuenta de Ana Ribera").click()

    page.get_by_role("button", name="Cerrar sesión").click()

    expect(page.get_by_role("heading", name="Has cerrado la sesión")).to_be_visible()
    assert page.request.get(f"{live.url}/api/me").status == 401


def test_what_a_hostile_mail_says_stays_text(live: Live, page: Page) -> None:
    subject = '"><img src=x onerror="document.title=1">'
    deliver(live, subject, sender=PEDRO)
    sign_in(page, live, "/?client=C01")

    row(page, subject).click()

    expect(detail(page).get_by_role("heading", level=2)).to_have_text(subject)
    expect(page).to_have_title("Panadería Uno SL · Bitácora")


def test_on_a_narrow_screen_the_detail_lies_on_the_list(live: Live, page: Page) -> None:
    page.set_viewport_size({"width": 600, "height": 800})
    sign_in(page, live, "/?client=C01")
    expect(detail(page)).to_be_hidden()

    row(page, "Modelo 303").click()
    expect(detail(page)).to_be_visible()
    page.keyboard.press("Escape")

    expect(detail(page)).to_be_hidden()
    expect(row(page, "Modelo 303")).to_be_focused()


def test_it_speaks_english_to_an_english_browser(live: Live, chromium: Browser) -> None:
    context = chromium.new_context(locale="en-US")
    page = context.new_page()

    sign_in(page, live, "/?client=C01")

    expect(page.get_by_role("button", name="All clients")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 600, 320])
def test_it_is_accessible(live: Live, page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live, "/?client=C01")
    expect(row(page, "Modelo 303")).to_be_visible()
    expect_accessible(page, theme)

    row(page, "Modelo 303").click()

    expect(detail(page).get_by_label("Motivo")).to_be_visible()
    expect_accessible(page, theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_forced_colours_lose_nothing(live: Live, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    sign_in(page, live, "/?client=C01")

    row(page, "Modelo 303").click()

    expect(detail(page).get_by_label("Motivo")).to_be_visible()
    expect_accessible(page, "light")
