"""The administration page, against the real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import delete, select, update

from server.accounts.accounts import pause, resume
from server.accounts.models import Account
from server.ingest.models import (
    Census,
    CensusDay,
    CensusDifference,
    DifferenceReason,
    Folder,
    InboxItem,
    ItemState,
    Kind,
)
from server.records.catalog import add_choice, remove_choice
from server.records.models import Area, Reason, Record
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
from tests.waiting import eventually

pytestmark = pytest.mark.browser

PEDRO = "pedro@panaderiauno.example"
ANA, INFO, LUIS, MARTA = (f"{name}@ribera.example" for name in ("ana", "info", "luis", "marta"))
ROUND_MS = 5000


@pytest.fixture(scope="module")
def live(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The product with three mails of Panadería Uno in Ana's mailbox."""
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
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: "Content Security Policy" in line.text and faults.append(line.text))
    yield page
    context.close()
    assert faults == []


def verdict(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def account_row(page: Page, address: str) -> Locator:
    return (
        page.locator("#accounts > table > tbody > tr")
        .filter(has=page.get_by_role("button", name=address))
        .first
    )


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def open_account(page: Page, address: str) -> Locator:
    """An account with its detail shown; returns its census."""
    page.get_by_role("button", name=address).first.click()
    return page.get_by_role("region", name=f"Cuadre de {address}")


def account_id(live: Live, address: str) -> int:
    with live.database.reading() as session:
        return session.scalars(select(Account.id).where(Account.address == address)).one()


@contextmanager
def paused(live: Live, address: str, error: str) -> Iterator[None]:
    """While the block lasts, as if Microsoft had refused the mailbox."""
    number = account_id(live, address)
    with live.database.writing() as session:
        pause(session.get_one(Account, number), error)
    try:
        yield
    finally:
        with live.database.writing() as session:
            resume(session.get_one(Account, number))


@contextmanager
def parked(live: Live, *errors: str) -> Iterator[None]:
    """While the block lasts, work of Ana's mailbox that was set aside. Its attachments are long gone."""
    now, number = live.parts.clock(), account_id(live, ANA)
    with live.database.writing() as session:
        session.add_all(
            InboxItem(
                account_id=number,
                kind=Kind.ATTACHMENTS,
                graph_id=f"parked-{position}",
                state=ItemState.PARKED,
                attempts=5,
                due_at=now - timedelta(hours=1),
                received_at=now - timedelta(hours=2),
                last_error=error,
            )
            for position, error in enumerate(errors)
        )
    try:
        yield
    finally:
        with live.database.writing() as session:
            session.execute(delete(InboxItem).where(InboxItem.graph_id.startswith("parked-")))


@contextmanager
def missed(live: Live, subject: str) -> Iterator[None]:
    """A mail of Luis's mailbox that no path brought, and the census that noticed it."""
    with live.simulator.world.unnoticed():
        [graph_id] = live.simulator.world.deliver(message(subject, sender=PEDRO, to=(LUIS,)))
    now, number = live.parts.clock(), account_id(live, LUIS)
    with live.database.writing() as session:
        folder = session.scalars(
            select(Folder.graph_id).where(Folder.account_id == number, Folder.name == "Bandeja de entrada")
        ).one()
        census = Census(account_id=number, since=now, started_at=now, finished_at=now)
        session.add(census)
        session.flush()
        session.add_all(
            [
                CensusDay(
                    census_id=census.id, day=now.date(), in_mailbox=5, filed=3, internal=1, different=1
                ),
                CensusDay(census_id=census.id, day=now.date() - timedelta(days=1), in_mailbox=12, filed=12),
                CensusDifference(
                    census_id=census.id,
                    graph_id=graph_id,
                    reason=DifferenceReason.UNKNOWN,
                    received_at=now,
                    folder=folder,
                ),
            ]
        )
    try:
        yield
    finally:
        with live.database.writing() as session:
            session.execute(delete(Census).where(Census.account_id == number))


def subjects(live: Live) -> set[str]:
    with live.database.reading() as session:
        return set(session.scalars(select(Record.subject)))


def test_all_is_green_and_every_account_stands_there(live: Live, page: Page) -> None:
    sign_in(page, live, "/admin")

    expect(verdict(page)).to_have_text("Todo en orden")
    for address in (ANA, INFO, LUIS, MARTA):
        expect(account_row(page, address)).to_contain_text("Al día")
        expect(account_row(page, address)).to_contain_text("Completa")
    expect(account_row(page, MARTA)).to_contain_text("Privada")
    expect(page).to_have_title("Administración · Bitácora")


def test_a_colleague_is_shown_the_door(live: Live, page: Page) -> None:
    page.goto(f"{live.url}/admin")
    page.get_by_role("button", name="Jorge Sanz").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("No puedes hacer esto")


def test_the_way_there_is_in_an_administrators_menu_alone(live: Live, page: Page, chromium: Browser) -> None:
    sign_in(page, live)
    page.get_by_label("Cuenta de Ana Ribera").click()
    page.get_by_role("link", name="Administración").click()
    expect(verdict(page)).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, live, person="Jorge Sanz")
    page.get_by_label("Cuenta de Jorge Sanz").click()

    expect(page.get_by_role("button", name="Cerrar sesión")).to_be_visible()
    expect(page.get_by_role("link", name="Administración")).to_have_count(0)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (
            "Microsoft Graph answered 404 MailboxNotEnabledForRESTAPI",
            "asígnale una en el centro de administración",
        ),
        ("Microsoft Graph answered 404 ErrorInvalidUser", "restaura a su usuario"),
        ("Microsoft Graph answered 403 ErrorAccessDenied", "concédele Mail.Read en Exchange Online"),
        ("Microsoft Graph answered 403 ErrorAccessDenied RAOP", "inclúyelo en el grupo de la directiva"),
        ("Microsoft Graph answered 403 Authorization_RequestDenied", "vuelve a concederlo en Entra"),
        ("Microsoft gives the app no token (invalid_client AADSTS7000222)", "cambia BITACORA_CLIENT_SECRET"),
        ("Microsoft Graph answered 403 Something_New", "Something_New"),
    ],
)
def test_a_paused_account_says_in_one_sentence_what_to_do(
    error: str, remedy: str, live: Live, page: Page
) -> None:
    with paused(live, MARTA, error):
        sign_in(page, live, "/admin")

        expect(verdict(page)).to_have_text("Hace falta una persona")
        expect(page.get_by_role("link", name=f"{MARTA} está en pausa")).to_be_visible()
        expect(account_row(page, MARTA).locator("+ tr")).to_contain_text(remedy)


def test_it_renews_itself_and_the_focus_stays(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/admin")
    toggle = page.get_by_role("button", name=MARTA).first
    toggle.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nadie trabaja con el buzón")).to_be_visible()

    with paused(live, MARTA, "Microsoft Graph answered 403 ErrorAccessDenied"):
        page.clock.run_for(ROUND_MS)

        expect(verdict(page)).to_have_text("Hace falta una persona")
        expect(page.locator("#status")).to_contain_text(f"{MARTA} está en pausa")
        expect(toggle).to_be_focused()
        expect(toggle).to_have_attribute("aria-expanded", "true")


def test_a_census_is_taken_on_request(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/admin")
    census = open_account(page, INFO)
    expect(census).to_contain_text("Todavía no se ha hecho ninguno")

    census.get_by_role("button", name="Hacer el cuadre ahora").click()

    expect(page.get_by_text("Cuadre pedido.")).to_be_visible()
    live.wait_until_idle()
    page.clock.run_for(ROUND_MS)
    expect(account_row(page, INFO)).to_contain_text("Cuadra")
    expect(census.get_by_role("row", name="Total")).to_be_visible()


def test_a_difference_is_red_says_where_and_is_repaired_with_one_click(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/admin")
    live.wait_until_idle()
    with missed(live, "Nadie lo avisó"):
        page.clock.run_for(ROUND_MS)
        expect(page.get_by_role("link", name=f"{LUIS}: 1 correo del buzón")).to_be_visible()
        census = open_account(page, LUIS)
        expect(census.locator(".days .different")).to_contain_text("1")
        expect(census).to_contain_text("Bandeja de entrada")
        expect(census).to_contain_text("Ninguna vía lo trajo")
        expect(page.get_by_text("Nadie lo avisó")).to_have_count(0)
        census.get_by_role("button", name="Ver los 2 días").click()
        expect(census.locator(".days tbody tr")).to_have_count(3)

        census.get_by_role("button", name="Reparar").click()

        expect(page.get_by_text("Se vuelve a leer 1 correo.")).to_be_visible()
        eventually(lambda: "Nadie lo avisó" in subjects(live), what="reading the mail again")
        page.clock.run_for(ROUND_MS)
        expect(verdict(page)).to_have_text("Todo en orden")
        expect(census).to_contain_text("1 ya resuelta")
        expect(census.get_by_role("button", name="Reparar")).to_have_count(0)


def test_parked_work_says_why_and_is_tried_again(live: Live, page: Page) -> None:
    with parked(live, "Microsoft Graph answered 404 ErrorItemNotFound", "ValueError", "ValueError"):
        sign_in(page, live, "/admin")
        aside = panel(page, "Apartado")
        expect(aside.get_by_role("row")).to_have_count(4)
        expect(aside).to_contain_text("El correo se borró antes de poder leerlo")
        expect(aside).to_contain_text("Un fallo que nadie previó")

        aside.get_by_role("row").nth(1).get_by_role("button").click()
        expect(page.get_by_text("Se reintenta 1 tarea.")).to_be_visible()
        expect(aside.get_by_role("row")).to_have_count(3)
        aside.get_by_role("button", name="Reintentar todo").click()

        expect(page.get_by_text("Se reintentan 2 tareas.")).to_be_visible()
        expect(aside).to_contain_text("Nada apartado")


def test_a_back_fill_is_stopped_and_goes_on(live: Live, page: Page) -> None:
    with live.database.writing() as session:
        mine = Folder.account_id == account_id(live, MARTA)
        session.execute(
            update(Folder).where(mine, Folder.exclusion.is_(None)).values(walked=False, items=8, items_read=2)
        )
    sign_in(page, live, "/admin")
    expect(account_row(page, MARTA)).to_contain_text("En curso · 25 %")

    page.get_by_role("button", name=f"Detener la carga inicial de {MARTA}").click()
    expect(account_row(page, MARTA)).to_contain_text("Detenida · 25 %")
    page.get_by_role("button", name=f"Seguir con la carga inicial de {MARTA}").click()

    expect(page.get_by_text("La carga inicial sigue donde se quedó.")).to_be_visible()
    expect(account_row(page, MARTA)).to_contain_text("Completa", timeout=15_000)


def test_a_rehearsal_says_what_would_be_filed(live: Live, page: Page) -> None:
    live.simulator.world.deliver(message("De antes", sender=PEDRO, to=("jorge@ribera.example",)))
    sign_in(page, live, "/admin")
    rehearsal = panel(page, "Ensayo de una carga inicial")

    rehearsal.get_by_label("Dirección del buzón").fill("jorge@ribera.example")
    page.keyboard.press("Enter")

    expect(rehearsal.get_by_role("heading", name="Entraría 1 comunicación nueva")).to_be_visible()
    expect(rehearsal.get_by_role("row", name="Panadería Uno SL")).to_be_visible()
    assert "De antes" not in subjects(live)


def test_a_rehearsal_that_cannot_read_says_why(live: Live, page: Page) -> None:
    sign_in(page, live, "/admin")
    rehearsal = panel(page, "Ensayo de una carga inicial")

    rehearsal.get_by_label("Dirección del buzón").fill("nadie@ribera.example")
    rehearsal.get_by_role("button", name="Ensayar").click()

    expect(rehearsal).to_contain_text("El buzón ya no existe en Microsoft 365")


def test_a_server_that_falls_silent_is_named_and_what_was_seen_stays(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/admin")
    expect(verdict(page)).to_be_visible()

    page.route("**/api/admin/health", lambda route: route.fulfill(**problem("store_busy", 503)))
    page.clock.run_for(ROUND_MS)

    expect(page.locator("#bar")).to_contain_text("El registro está ocupado")
    expect(account_row(page, ANA)).to_be_visible()


def test_an_ended_session_leads_back_to_the_sign_in(live: Live, page: Page) -> None:
    page.clock.install()
    sign_in(page, live, "/admin")
    expect(verdict(page)).to_be_visible()
    page.context.clear_cookies()

    page.clock.run_for(ROUND_MS)

    way_back = page.get_by_role("link", name="Iniciar sesión")
    expect(way_back).to_have_attribute("href", "/sign-in?next=%2Fadmin")


def test_it_speaks_english_to_an_english_browser(live: Live, chromium: Browser) -> None:
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    with paused(live, MARTA, "Microsoft Graph answered 404 MailboxNotEnabledForRESTAPI"):
        sign_in(page, live, "/admin")

        expect(verdict(page)).to_have_text("A person is needed")
        expect(page.get_by_text("assign one in the Microsoft 365 admin centre")).to_be_visible()
    context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 600, 320])
def test_it_is_accessible(live: Live, page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live, "/admin")
    live.wait_until_idle()
    refused = "Microsoft Graph answered 403 ErrorAccessDenied"
    with missed(live, "Sin avisar"), paused(live, MARTA, refused), parked(live, "ValueError"):
        page.reload()
        census = open_account(page, LUIS)

        expect(census).to_contain_text("Ninguna vía lo trajo")

        expect_accessible(page, theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_forced_colours_lose_nothing(live: Live, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    sign_in(page, live, "/admin")

    expect(open_account(page, ANA)).to_be_visible()
    expect_accessible(page, "light")


def choices(page: Page, name: str) -> Locator:
    return panel(page, name).locator("tbody tr")


def test_a_reason_is_added_renamed_and_deleted(live: Live, page: Page) -> None:
    sign_in(page, live, "/admin")
    reasons = panel(page, "Motivos")

    page.get_by_label("Motivo nuevo").fill("Herencias")
    page.keyboard.press("Enter")
    expect(page.get_by_text("«Herencias» ya se puede elegir.")).to_be_visible()
    expect(page.get_by_label("Motivo nuevo")).to_have_value("")
    expect(page.get_by_label("Motivo nuevo")).to_be_focused()

    reasons.get_by_role("button", name="Cambiar el nombre de Herencias").press("Enter")
    page.keyboard.type("Sucesiones")
    page.keyboard.press("Enter")
    expect(reasons.get_by_role("rowheader", name="Sucesiones")).to_be_visible()
    expect(reasons.get_by_role("button", name="Cambiar el nombre de Sucesiones")).to_be_focused()
    expect(reasons.get_by_role("rowheader", name="Herencias")).to_have_count(0)

    reasons.get_by_role("button", name="Eliminar Sucesiones").press("Enter")
    expect(page.get_by_text("Se ha eliminado «Sucesiones».")).to_be_visible()
    expect(reasons.get_by_role("rowheader", name="Sucesiones")).to_have_count(0)
    expect(page.get_by_role("heading", name="Motivos")).to_be_focused()


def test_an_area_in_use_is_retired_and_brought_back(live: Live, page: Page) -> None:
    with live.database.writing() as session:
        area = add_choice(session, Area, "Mercantil")[0]
        record = session.scalars(select(Record).where(Record.subject == "Modelo 303")).one()
        record.area_id = area.id
    sign_in(page, live, "/admin")
    areas = panel(page, "Áreas")

    areas.get_by_role("button", name="Retirar Mercantil").press("Enter")

    expect(page.get_by_text("«Mercantil» ya no se ofrece; donde está puesta, se queda.")).to_be_visible()
    expect(choices(page, "Áreas").filter(has_text="Mercantil")).to_contain_text("Retirada")
    expect(areas.get_by_role("button", name="Volver a ofrecer Mercantil")).to_be_focused()
    other = page.context.new_page()
    other.goto(f"{live.url}/?record={record.id}")
    expect(other.get_by_role("row").filter(has_text="Modelo 303")).to_contain_text("Mercantil (retirada)")
    expect(other.locator("record-fields").get_by_label("Área")).to_have_value(str(area.id))
    assert offered(other, "Modelo 303") == ["Sin área", "Fiscal", "Laboral", "Mercantil (retirada)"]
    assert offered(other, "Alquiler del local") == ["Sin área", "Fiscal", "Laboral"]
    other.close()

    areas.get_by_role("button", name="Volver a ofrecer Mercantil").press("Enter")
    expect(areas.get_by_role("button", name="Retirar Mercantil")).to_be_focused()
    expect(choices(page, "Áreas").filter(has_text="Mercantil")).not_to_contain_text("Retirada")


def offered(page: Page, subject: str) -> list[str]:
    """The areas that can be chosen for a mail."""
    page.get_by_role("row").filter(has_text=subject).click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    return page.locator("record-fields").get_by_label("Área").locator("option").all_inner_texts()


def test_a_name_that_is_taken_or_empty_is_told_beside_the_field(live: Live, page: Page) -> None:
    sign_in(page, live, "/admin")
    areas = panel(page, "Áreas")
    field = page.get_by_label("Área nueva")

    field.fill("LABORAL")
    areas.get_by_role("button", name="Añadir").click()
    expect(areas.get_by_role("alert")).to_have_text("Ya está en la lista: «Laboral».")
    expect(field).to_be_focused()
    expect(field).to_have_value("LABORAL")

    field.fill(" ")
    page.keyboard.press("Enter")
    expect(areas.get_by_role("alert")).to_have_text("Escribe un nombre.")

    areas.get_by_role("button", name="Cambiar el nombre de Fiscal").click()
    expect(areas.get_by_role("alert")).to_have_count(0)
    page.keyboard.type("laboral")
    page.keyboard.press("Enter")
    expect(areas.get_by_role("alert")).to_have_text("Ya está en la lista: «Laboral».")
    page.keyboard.press("Escape")
    expect(areas.get_by_role("button", name="Cambiar el nombre de Fiscal")).to_be_focused()
    expect(areas.get_by_role("alert")).to_have_count(0)


def test_a_refused_name_stays_marked_and_says_why_in_its_row(live: Live, page: Page) -> None:
    sign_in(page, live, "/admin")
    areas = panel(page, "Áreas")
    areas.get_by_role("button", name="Cambiar el nombre de Fiscal").click()
    field = page.get_by_label("Nombre nuevo de Fiscal")
    row = areas.get_by_role("row").filter(has=field)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    field.fill("laboral")

    page.keyboard.press("Enter")

    expect(row.get_by_role("alert")).to_have_text("Ya está en la lista: «Laboral».")
    expect(areas.get_by_role("alert")).to_have_count(1)
    with live.database.writing() as session:
        number = add_choice(session, Area, "Penal")[0].id
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(areas.get_by_role("rowheader", name="Penal")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Ya está en la lista: «Laboral».")
    expect(field).to_be_focused()
    expect(page.get_by_label("Área nueva")).not_to_have_attribute("aria-invalid", "true")

    page.keyboard.press("Escape")
    areas.get_by_role("button", name="Cambiar el nombre de Fiscal").press("Enter")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(areas.get_by_role("alert")).to_have_count(0)
    with live.database.writing() as session:
        remove_choice(session, Area, number)


def test_a_name_whose_row_a_colleague_deleted_is_told_beside_the_list(live: Live, page: Page) -> None:
    with live.database.writing() as session:
        number = add_choice(session, Area, "Penal")[0].id
    sign_in(page, live, "/admin")
    areas = panel(page, "Áreas")
    areas.get_by_role("button", name="Cambiar el nombre de Penal").click()
    page.keyboard.type("Procesal")
    with live.database.writing() as session:
        remove_choice(session, Area, number)

    page.keyboard.press("Enter")

    expect(areas.get_by_role("alert")).to_have_text("Ya no está en el registro")
    expect(areas.get_by_label("Nombre nuevo de Penal")).to_have_count(0)
    expect(page.get_by_role("heading", name="Áreas")).to_be_focused()


def test_what_is_being_typed_stays_while_a_colleague_changes_the_list(live: Live, page: Page) -> None:
    sign_in(page, live, "/admin")
    reasons = panel(page, "Motivos")
    reasons.get_by_role("button", name="Cambiar el nombre de Consulta").click()
    page.keyboard.type("Consulta verb")
    with live.database.writing() as session:
        number = add_choice(session, Reason, "Aviso")[0].id

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(reasons.get_by_role("rowheader", name="Aviso")).to_be_visible()

    expect(reasons.get_by_label("Nombre nuevo de Consulta")).to_have_value("Consulta verb")
    expect(reasons.get_by_label("Nombre nuevo de Consulta")).to_be_focused()
    with live.database.writing() as session:
        remove_choice(session, Reason, number)
    reasons.get_by_role("button", name="Eliminar Aviso").click()
    expect(reasons.get_by_role("alert")).to_have_text("Ya no está en el registro")
    expect(reasons.get_by_role("rowheader", name="Aviso")).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
def test_the_lists_are_accessible(live: Live, page: Page, theme: str) -> None:
    sign_in(page, live, "/admin")
    areas = panel(page, "Áreas")
    page.get_by_label("Área nueva").fill("fiscal")
    page.keyboard.press("Enter")
    expect(areas.get_by_role("alert")).to_contain_text("Fiscal")
    panel(page, "Motivos").get_by_role("button", name="Cambiar el nombre de Consulta").click()
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(panel(page, "Motivos").get_by_role("alert")).to_have_text("Escribe un nombre.")

    expect_accessible(page, theme)
