"""A day at the register page: the list, its filters and search, its keys, the tray."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, select

from server.records.models import Candidate, Record
from simulator import Simulator
from tests.browser.product import THEMES, deliver, expect_accessible, message, running_product, sign_in
from tests.live import Live

pytestmark = pytest.mark.browser

PEDRO = "pedro@panaderiauno.example"
LUIS = "luis@ribera.example"
FAMILY = "familia.gil@correo.example"
MANY = 150
SUBJECTS = ("Alquiler del local", "Nóminas de octubre", "Modelo 303", "Contrato de Lucía", "Modelo 111")


@pytest.fixture(scope="module")
def live(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The product with five mails of Panadería Uno and a long list of Talleres Dos."""
    with running_product(simulator_process, tmp_path_factory.mktemp("product")) as live:
        for subject in SUBJECTS:
            deliver(live, subject, sender=PEDRO, to=[LUIS] if "Modelo" in subject else ["ana@ribera.example"])
        sent = datetime.now(UTC) - timedelta(days=2)
        for number in range(MANY):
            moment = (sent + timedelta(seconds=number)).isoformat()
            live.simulator.world.deliver(
                message(f"Aviso {number}", sender="taller@dos.example", sentDateTime=moment)
            )
        live.wait_until_idle()
        yield live


@pytest.fixture(autouse=True)
def untouched(live: Live) -> None:
    """Every story begins with records that nobody has classified, and an empty tray."""
    with live.database.writing() as session:
        session.execute(delete(Candidate))
        for record in session.scalars(select(Record).where(Record.reason_id.is_not(None))):
            record.reason_id = None


def rows(page: Page) -> Locator:
    return page.locator("#list [data-record]")


def row(page: Page, subject: str) -> Locator:
    return rows(page).filter(has_text=subject)


def cursor(page: Page) -> Locator:
    return page.locator("#list .row.current")


def status(page: Page) -> Locator:
    return page.locator("#status")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_morning_with_the_keyboard_alone(live: Live, page: Page) -> None:
    sign_in(page, live)
    expect(rows(page).first).to_be_visible()
    page.get_by_role("combobox").focus()
    page.keyboard.type("panad")
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    expect(row(page, "Modelo 111")).to_be_visible()

    for _ in range(30):
        press(page, "Tab")
        if page.evaluate("document.activeElement.dataset.record ?? null"):
            break
    press(page, "ArrowDown", "1")
    expect(cursor(page)).to_contain_text("Consulta")
    expect(page.locator("#toast")).to_contain_text("Motivo: Consulta.")
    press(page, "Control+z")
    expect(cursor(page)).not_to_contain_text("Consulta")

    press(page, "End")
    expect(cursor(page)).to_contain_text("Alquiler del local")
    press(page, "Home", "/")
    page.keyboard.type("nominas")
    expect(cursor(page)).to_contain_text("Nóminas de octubre")
    press(page, "Escape", "3")
    expect(row(page, "Nóminas de octubre")).to_contain_text("Requerimiento")

    press(page, "?")
    expect(page.get_by_role("dialog", name="Atajos de teclado")).to_contain_text("Requerimiento")
    press(page, "Escape")
    expect(row(page, "Nóminas de octubre")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("dialog", name="Nóminas de octubre")).to_be_visible()
    press(page, "Escape")
    expect(row(page, "Nóminas de octubre")).to_be_focused()


def test_letters_in_a_field_are_letters(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 111").click()

    press(page, "/")
    page.keyboard.type("1x?e")

    expect(page.get_by_role("searchbox")).to_have_value("1x?e")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row(page, "Modelo 111")).not_to_contain_text("Consulta")


def test_single_letters_can_be_switched_off(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 111").click()
    press(page, "?")

    page.get_by_label("Atajos de una sola tecla").uncheck()
    press(page, "Escape", "x", "1", "ArrowDown")

    expect(page.locator("#list .picked")).to_have_count(0)
    expect(page.locator("#list")).not_to_contain_text("Consulta")
    expect(row(page, "Contrato de Lucía")).to_be_focused()


def test_filters_stand_in_the_address_and_the_way_back_takes_them_away(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    expect(page.locator(".count")).to_have_text("5 comunicaciones")

    page.get_by_role("button", name="Persona", exact=True).click()
    page.get_by_label("Luis Ortega").check()
    expect(page.locator(".count")).to_have_text("2 comunicaciones")
    expect(status(page)).to_have_text("2 comunicaciones, con 1 filtro")
    press(page, "Escape")
    page.get_by_role("button", name="Fechas").click()
    page.get_by_role("button", name="Últimos 7 días").click()
    assert "person=Luis+Ortega" in page.url
    assert "since=" in page.url
    expect(page.get_by_role("button", name="Persona: Luis Ortega")).to_be_visible()

    page.reload()
    expect(rows(page)).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("button", name="Fechas", exact=True)).to_be_visible()
    expect(rows(page)).to_have_count(2)
    page.go_back()
    expect(rows(page)).to_have_count(5)


def test_one_click_takes_a_filter_away_and_one_takes_all(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01&type=call&person=Luis+Ortega")
    expect(page.get_by_role("heading", name="Ninguna comunicación cumple los filtros")).to_be_visible()

    page.get_by_role("button", name="Quitar el filtro Tipo").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Quitar filtros").click()

    expect(rows(page)).to_have_count(5)
    assert page.url.endswith("/?client=C01")


def test_the_search_moves_the_cursor_and_leaves_the_list_whole(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    expect(rows(page)).to_have_count(5)

    press(page, "/")
    page.keyboard.type("módelo")
    expect(cursor(page)).to_contain_text("Modelo 111")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(cursor(page).locator("mark")).to_have_text("Modelo")
    press(page, "Enter")
    expect(cursor(page)).to_contain_text("Modelo 303")
    press(page, "F3")
    expect(cursor(page)).to_contain_text("Modelo 111")
    expect(status(page)).to_have_text("1 de 2. La búsqueda ha vuelto a empezar")
    press(page, "Shift+Enter")
    expect(cursor(page)).to_contain_text("Modelo 303")
    expect(rows(page)).to_have_count(5)

    page.get_by_role("searchbox").fill("zzz")
    expect(status(page)).to_have_text("Sin coincidencias")
    expect(rows(page)).to_have_count(5)


def test_a_hit_far_down_is_loaded_and_the_rest_around_it_too(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C02")
    expect(rows(page).first).to_contain_text(f"Aviso {MANY - 1}")

    press(page, "/")
    page.keyboard.type("aviso 7")
    press(page, "Enter")
    expect(cursor(page)).to_be_in_viewport()
    page.get_by_role("searchbox").fill("aviso 12")
    expect(cursor(page)).to_contain_text("Aviso 129")
    press(page, "ArrowDown", "ArrowDown")

    expect(cursor(page)).to_contain_text("Aviso 128")


def test_a_long_list_keeps_few_rows_in_the_document_and_tells_their_number(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C02")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(MANY + 1))

    rows(page).first.focus()
    press(page, "End")

    expect(row(page, "Aviso 0")).to_be_focused()
    expect(row(page, "Aviso 0")).to_have_attribute("aria-rowindex", str(MANY + 1))
    assert rows(page).count() < MANY / 2


def test_what_is_chosen_while_the_server_is_away_is_kept_and_sent(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 111").click()
    page.route("**/api/**", lambda route: route.abort())
    page.clock.run_for(4000)
    expect(page.locator("#strip")).to_contain_text("Sin conexión con Bitácora")

    press(page, "1")
    expect(row(page, "Modelo 111")).to_contain_text("Consulta")
    expect(row(page, "Modelo 111").get_by_label("Pendiente de enviar")).to_be_visible()
    expect(page.locator("#toast")).to_contain_text("Motivo: Consulta. Pendiente de enviar.")
    page.unroute("**/api/**")
    page.clock.run_for(6000)

    expect(page.locator("#strip")).to_be_hidden()
    expect(row(page, "Modelo 111").get_by_label("Pendiente de enviar")).to_have_count(0)
    with live.database.reading() as session:
        assert (
            session.scalars(select(Record.reason_id).where(Record.subject == "Modelo 111")).one() is not None
        )


def test_several_are_classified_at_once_and_put_back(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 111").click()

    press(page, "x", "Shift+ArrowDown", "Shift+ArrowDown")
    expect(page.locator("#bulk")).to_contain_text("3 seleccionadas")
    page.get_by_label("Motivo…").select_option("Consulta")
    expect(status(page)).to_contain_text("Motivo «Consulta» en 3 comunicaciones.")
    expect(rows(page).filter(has_text="Consulta")).to_have_count(3)
    press(page, "Control+z")

    expect(rows(page).filter(has_text="Consulta")).to_have_count(0)
    expect(status(page)).to_have_text("Como antes: 3 comunicaciones.")


def test_the_number_of_a_reason_goes_to_all_that_are_picked(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 111").click()

    press(page, "Control+a", "1")

    expect(rows(page).filter(has_text="Consulta")).to_have_count(5)
    press(page, "Escape")
    expect(page.locator("#bulk")).to_be_hidden()


def test_several_are_deleted_and_brought_back(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    row(page, "Modelo 303").click()

    press(page, "x", "Shift+ArrowDown", "Delete")
    expect(rows(page)).to_have_count(3)
    expect(status(page)).to_contain_text("Eliminadas 2 comunicaciones.")
    press(page, "Control+z")

    expect(rows(page)).to_have_count(5)


def test_the_tray_asks_one_mail_after_the_other(live: Live, page: Page) -> None:
    for subject in ("Renta de la familia", "Otra de la familia", "Publicidad"):
        deliver(live, subject, sender=FAMILY)
    sign_in(page, live)
    page.get_by_role("button", name="Por asignar, 3 correos").click()
    question = page.get_by_role("region", name="Correo por asignar")
    expect(question.get_by_role("heading", level=2)).to_have_text("Publicidad")
    expect(question.get_by_role("button", name="Carmen Gil Soto")).to_contain_text(FAMILY)

    press(page, "d")
    expect(status(page)).to_contain_text("Apartado: no es de un cliente. Quedan 2.")
    expect(question.get_by_role("heading", level=2)).to_have_text("Otra de la familia")
    press(page, "Control+z")
    expect(page.get_by_role("button", name="Por asignar, 3 correos")).to_be_visible()
    press(page, "d")
    expect(question.get_by_role("heading", level=2)).to_have_text("Otra de la familia")
    press(page, "1")
    expect(status(page)).to_contain_text("Queda 1.")
    question.get_by_label("Recordar para la conversación").check()
    press(page, "2")

    expect(page.get_by_role("heading", name="No queda nada por asignar")).to_be_visible()
    expect_accessible(page, "light")
    page.get_by_role("button", name="Comunicaciones", exact=True).click()
    expect(row(page, "Renta de la familia")).to_be_visible()
    expect(row(page, "Publicidad")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", THEMES)
def test_the_tray_is_accessible(live: Live, page: Page, theme: str, width: int) -> None:
    deliver(live, f"De la familia {theme} {width}", sender=FAMILY)
    page.set_viewport_size({"width": width, "height": 800})

    sign_in(page, live, "/?tray=true")

    expect(page.get_by_role("button", name="Carmen Gil Soto")).to_be_visible()
    expect_accessible(page, theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_excel_of_the_client_is_saved(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")

    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()

    assert download.value.suggested_filename.startswith("bitacora-C01")
    expect(status(page)).to_have_text("Excel guardado")


@pytest.mark.parametrize("width", [1280, 768, 320])
@pytest.mark.parametrize("theme", THEMES)
def test_it_is_accessible(live: Live, page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live, "/?client=C01&person=Luis+Ortega&q=modelo")
    expect(cursor(page)).to_be_visible()
    expect_accessible(page, theme)

    page.get_by_role("button", name="Fechas", exact=True).click()
    expect(page.get_by_role("button", name="Este trimestre")).to_be_visible()
    expect_accessible(page, theme)
    press(page, "Escape", "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_accessible(page, theme)
    press(page, "Escape")
    page.locator("#list").get_by_role("checkbox").first.check(force=True)

    expect(page.locator("#bulk")).to_be_visible()
    expect_accessible(page, theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 768, 320])
def test_forced_colours_lose_nothing(live: Live, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(forced_colors="active")

    sign_in(page, live, "/?client=C01&person=Luis+Ortega&q=modelo")

    expect(cursor(page)).to_be_visible()
    expect_accessible(page, "light")
