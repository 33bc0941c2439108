"""The task pane inside the look-alike of Outlook, against the real server."""

import gzip
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, Response, Route, expect

from server.accounts.people import recognise
from server.accounts.viewer import Viewer
from server.records.catalog import add_choice, choices, remove_choice
from server.records.edits import edit_record
from server.records.models import Reason, Record
from simulator import Simulator
from tests.browser.product import (
    THEMES,
    deliver,
    expect_accessible,
    message,
    open_pane,
    pane,
    problem,
    running_product,
)
from tests.live import Live

pytestmark = pytest.mark.browser

GESTOR = "gestor@grupo23.example"
STRANGER = "nadie@desconocido.example"
UNKNOWN: dict[str, object] = {
    "state": "unknown",
    "exclusion": None,
    "message": None,
    "records": [],
    "candidates": [],
}
NARROW = 320
TROUBLES = [
    ("not_a_member", 403, "Sin acceso"),
    ("microsoft_busy", 503, "Microsoft 365 está ocupado"),
    ("store_busy", 503, "El registro está ocupado"),
    ("rate_limited", 429, "Demasiado deprisa"),
    ("internal_error", 500, "Algo ha fallado en el servidor"),
]


@pytest.fixture(scope="module")
def live(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running_product(simulator_process, tmp_path_factory.mktemp("product")) as live:
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


def view(frame: Frame) -> Locator:
    return frame.locator("#view")


def saying(frame: Frame, words: str) -> Locator:
    """The line below reason and area."""
    return frame.locator(".field-status").filter(has_text=words)


def record_of(live: Live, subject: str) -> Record:
    with live.database.reading() as session:
        return session.query(Record).filter_by(subject=subject).one()


def somebody_sets_reason(live: Live, subject: str, name: str) -> None:
    """What a colleague's click does."""
    record = record_of(live, subject)
    with live.database.writing() as session:
        person = recognise(session, entra_id="luis", name="Luis Ortega", address="luis@ribera.example")
        session.flush()
        luis = Viewer(person.id, person.entra_id, person.name, person.address, administrator=False)
        choice = next(reason.id for reason in choices(session, Reason) if reason.name == name)
        wanted = {"reason": choice}
        edit_record(session, luis, record.id, wanted, version=record.version, now=live.clock())


def before_the_first_change(page: Page, act: Callable[[], None]) -> None:
    """Run `act` when the browser sends its first change, just before the server gets it."""
    acts = [act]

    def step_in(route: Route) -> None:
        if route.request.method == "PATCH" and acts:
            acts.pop()()
        route.continue_()

    page.route("**/api/records/*", step_in)


def hold_the_first(page: Page, address: str) -> list[Route]:
    """The first question to `address` waits in the list; the rest pass."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(address, hold)
    return held


def test_it_opens_on_the_client_and_the_reason_why(live: Live, page: Page) -> None:
    deliver(live, "Modelo 303 2T")

    frame = open_pane(page, live, "Modelo 303 2T")

    card = frame.get_by_role("region", name="Panadería Uno SL")
    expect(frame.get_by_role("heading", level=1)).to_have_text("«Modelo 303 2T»")
    expect(card).to_contain_text("C01")
    expect(card).to_contain_text("por ana.lopez@panaderiauno.example (Personas de contacto)")
    card.locator("summary").click()
    expect(card).to_contain_text("aviso de Microsoft")
    expect(card).to_contain_text("ana@ribera.example")


def test_it_asks_for_a_catch_up_once_when_the_person_comes(live: Live, page: Page) -> None:
    deliver(live, "Primero")
    deliver(live, "Segundo")
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.method) if each.url.endswith("/api/refresh") else None)

    frame = open_pane(page, live, "Primero")
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()
    page.get_by_role("option").filter(has_text="Segundo").first.click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("«Segundo»")
    page.wait_for_load_state("networkidle")

    assert asked == ["POST"]


def test_a_choice_saves_itself_and_can_be_undone(live: Live, page: Page) -> None:
    deliver(live, "Una duda")
    frame = open_pane(page, live, "Una duda")

    frame.get_by_label("Motivo").select_option("Consulta")
    expect(saying(frame, "Guardado")).to_be_visible()
    chosen = record_of(live, "Una duda").reason_id
    with page.expect_response("**/api/records/*"):
        frame.get_by_role("button", name="Deshacer").click()
    expect(frame.get_by_role("button", name="Deshacer")).to_be_hidden()

    assert chosen is not None
    assert record_of(live, "Una duda").reason_id is None
    expect(frame.get_by_label("Motivo")).to_have_value("")


def test_a_choice_is_kept_while_the_server_cannot_be_reached(live: Live, page: Page) -> None:
    deliver(live, "Sin cobertura")
    page.clock.install()
    frame = open_pane(page, live, "Sin cobertura")
    page.route("**/api/records/*", lambda route: route.abort())

    frame.get_by_label("Área").select_option("Laboral")
    expect(saying(frame, "Pendiente de enviar")).to_be_visible()
    expect(frame.locator("record-fields")).to_have_attribute("data-status", "waiting")
    page.unroute("**/api/records/*")
    page.clock.run_for(5000)

    expect(saying(frame, "Guardado")).to_be_visible()
    assert record_of(live, "Sin cobertura").area_id is not None


def test_two_people_who_differ_are_shown_both_choices(live: Live, page: Page) -> None:
    deliver(live, "Dos manos")
    frame = open_pane(page, live, "Dos manos")
    before_the_first_change(page, lambda: somebody_sets_reason(live, "Dos manos", "Requerimiento"))

    frame.get_by_label("Motivo").select_option("Consulta")
    question = frame.get_by_role("group", name="Otra persona puso el motivo «Requerimiento»")
    expect(question.get_by_role("button", name="Dejar «Requerimiento»")).to_be_visible()
    question.get_by_role("button", name="Poner «Consulta»").click()

    expect(saying(frame, "Guardado")).to_be_visible()
    expect(frame.get_by_label("Motivo").locator("option:checked")).to_have_text("Consulta")


def test_changes_of_different_fields_are_no_conflict(live: Live, page: Page) -> None:
    deliver(live, "Cada uno lo suyo")
    frame = open_pane(page, live, "Cada uno lo suyo")
    before_the_first_change(page, lambda: somebody_sets_reason(live, "Cada uno lo suyo", "Requerimiento"))

    frame.get_by_label("Área").select_option("Fiscal")

    expect(saying(frame, "Guardado")).to_be_visible()
    expect(frame.get_by_label("Motivo").locator("option:checked")).to_have_text("Requerimiento")
    assert record_of(live, "Cada uno lo suyo").area_id is not None


def test_a_shared_address_is_assigned_with_one_click(live: Live, page: Page) -> None:
    deliver(live, "¿Me llamas?", sender=GESTOR)
    frame = open_pane(page, live, "¿Me llamas?")
    expect(
        frame.get_by_role("heading", name="Esta dirección está en 2 clientes. ¿De quién es?")
    ).to_be_visible()

    frame.get_by_role("button", name="Transportes Tres SL").click()

    expect(frame.get_by_role("region", name="Transportes Tres SL")).to_contain_text("asignado a mano")


def test_a_mail_of_no_client_is_filed_with_the_keyboard(live: Live, page: Page) -> None:
    deliver(live, "Colaboración", sender=STRANGER)
    frame = open_pane(page, live, "Colaboración")
    expect(frame.get_by_role("heading", name="No coincide con ningún cliente")).to_be_visible()

    frame.get_by_role("combobox").fill("talle")
    expect(frame.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(frame.get_by_role("button", name="Registrar")).to_be_focused()
    page.keyboard.press("Enter")

    expect(frame.get_by_role("region", name="Talleres Dos SA")).to_be_visible()


def test_a_mail_that_is_seconds_old_appears_by_itself(live: Live, page: Page) -> None:
    deliver(live, "Recién llegado")
    page.route("**/api/messages?*", lambda route: route.fulfill(json=UNKNOWN), times=2)

    frame = open_pane(page, live, "Recién llegado")

    expect(frame.get_by_role("heading", name="Aún no ha llegado al registro")).to_be_visible()
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()


def test_after_thirty_seconds_a_button_asks_for_the_mail(live: Live, page: Page) -> None:
    deliver(live, "Perdido de camino")
    page.clock.install()
    page.route("**/api/messages?*", lambda route: route.fulfill(json=UNKNOWN))
    frame = open_pane(page, live, "Perdido de camino")
    expect(frame.get_by_role("progressbar")).to_be_visible()
    for wait in (1, 2, 4, 8, 15):
        with page.expect_response("**/api/messages?*"):
            page.clock.run_for(wait * 1000)
    refresh = view(frame).get_by_role("button", name="Actualizar")
    expect(refresh).to_be_visible()
    page.unroute("**/api/messages?*")
    page.clock.resume()

    refresh.click()

    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()


def test_a_late_answer_for_the_mail_before_is_dropped(live: Live, page: Page) -> None:
    deliver(live, "Primero", sender=STRANGER)
    deliver(live, "Segundo")
    held = hold_the_first(page, "**/api/messages?*")
    open_pane(page, live, "Primero")
    frame = pane(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text("«Primero»")
    page.get_by_role("option").filter(has_text="Segundo").first.click()
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()

    held[0].continue_()
    page.wait_for_load_state("networkidle")

    expect(frame.get_by_role("heading", level=1)).to_have_text("«Segundo»")
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()


def test_a_mailbox_that_is_no_account_says_so(live: Live, page: Page) -> None:
    deliver(live, "Solo para Jorge", to=("jorge@ribera.example",))

    frame = open_pane(page, live, "Solo para Jorge", person="jorge@ribera.example")

    expect(frame.get_by_role("heading", name="Buzón sin registro")).to_be_visible()


def test_a_mail_of_two_clients_has_a_card_for_each(live: Live, page: Page) -> None:
    deliver(live, "A dos bandas", ccRecipients=[{"emailAddress": {"address": "taller@dos.example"}}])

    frame = open_pane(page, live, "A dos bandas")

    expect(frame.get_by_text("Está en el registro de 2 clientes")).to_be_visible()
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()
    expect(frame.get_by_role("region", name="Talleres Dos SA")).to_be_visible()


def test_a_mail_being_written_is_told_what_will_happen(live: Live, page: Page) -> None:
    page.goto(f"{live.simulator.browser_url}/outlook/?as=ana@ribera.example")
    page.get_by_role("button", name="Nuevo correo").click()

    frame = pane(page)

    expect(frame.get_by_role("heading", name="Se registrará al enviarlo")).to_be_visible()


def test_a_person_who_must_agree_signs_in_with_a_click(live: Live, page: Page) -> None:
    deliver(live, "Con permiso")
    frame = open_pane(page, live, "Con permiso", "&naa=interaction")

    frame.get_by_role("button", name="Iniciar sesión").click()
    page.get_by_test_id("consent").get_by_role("button", name="Aceptar").click()

    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()


def test_without_the_sign_in_of_outlook_a_window_does_it(live: Live, chromium: Browser) -> None:
    deliver(live, "Ventana aparte")
    context = chromium.new_context(locale="es-ES", ignore_https_errors=True)
    page = context.new_page()
    frame = open_pane(page, live, "Ventana aparte", "&naa=absent")

    with page.expect_popup() as popup:
        frame.get_by_role("button", name="Iniciar sesión").click()
    popup.value.get_by_role("button", name="Ana Ribera").click(no_wait_after=True)

    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("code", "status", "title"), TROUBLES)
def test_each_trouble_is_named_and_has_a_way_out(
    live: Live, page: Page, code: str, status: int, title: str
) -> None:
    deliver(live, f"Aunque {code}")
    page.route("**/api/**", lambda route: route.fulfill(**problem(code, status)))
    frame = open_pane(page, live, f"Aunque {code}")
    expect(frame.get_by_role("heading", name=title)).to_be_visible()
    expect_accessible(frame, "light")
    page.unroute("**/api/**")

    frame.get_by_role("button", name="Reintentar").click()

    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()


def test_a_server_that_does_not_answer_is_called_no_connection(live: Live, page: Page) -> None:
    deliver(live, "Sin red")
    page.route("**/api/**", lambda route: route.abort())

    frame = open_pane(page, live, "Sin red")

    expect(frame.get_by_role("heading", name="Sin conexión")).to_be_visible()
    expect(frame.locator("#heartbeat")).to_contain_text("Sin conexión")


def test_outside_outlook_it_says_where_it_lives(live: Live, page: Page) -> None:
    page.goto(f"{live.url}/addin/taskpane/")

    expect(page.get_by_role("heading", name="Este panel vive en Outlook")).to_be_visible()
    expect_accessible(page, "light")


def test_what_a_hostile_mail_says_stays_text(live: Live, page: Page) -> None:
    subject = '<img src=x onerror="top.document.title=1;document.title=1">{{7*7}}'
    sender = {
        "emailAddress": {"name": "<script>document.title=1</script>", "address": "info@panaderiauno.example"}
    }
    live.simulator.world.deliver({**message(subject, sender=STRANGER), "from": sender})
    live.wait_until_idle()

    frame = open_pane(page, live, "<img src=x")

    expect(frame.get_by_role("heading", level=1)).to_have_text(f"«{subject}»")
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()
    assert frame.evaluate("document.title") == "Bitácora"
    assert frame.locator("script:not([src])").count() == 0


def test_it_speaks_english_to_an_english_outlook(live: Live, chromium: Browser) -> None:
    deliver(live, "English spoken")
    context = chromium.new_context(locale="en-GB")

    frame = open_pane(context.new_page(), live, "English spoken")

    expect(frame.get_by_label("Reason")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", "en")
    context.close()


def test_what_a_colleague_chose_meanwhile_shows_on_return(live: Live, page: Page) -> None:
    deliver(live, "Ida y vuelta")
    frame = open_pane(page, live, "Ida y vuelta")
    card = frame.get_by_role("region", name="Panadería Uno SL")
    card.locator("summary").click()
    somebody_sets_reason(live, "Ida y vuelta", "Requerimiento")

    frame.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(frame.get_by_label("Motivo").locator("option:checked")).to_have_text("Requerimiento")
    expect(card.locator("details")).to_have_attribute("open", "")


def test_a_retired_choice_is_offered_to_the_record_that_has_it_alone(live: Live, page: Page) -> None:
    for subject in ("Con el viejo", "Sin el viejo"):
        deliver(live, subject)
    with live.database.writing() as session:
        old = add_choice(session, Reason, "Fax")[0]
    somebody_sets_reason(live, "Con el viejo", "Fax")
    with live.database.writing() as session:
        remove_choice(session, Reason, old.id)

    frame = open_pane(page, live, "Con el viejo")
    reason = frame.get_by_label("Motivo")
    expect(reason.locator("option:checked")).to_have_text("Fax (retirado)")
    reason.select_option("Consulta")
    expect(saying(frame, "Guardado")).to_be_visible()
    frame.get_by_role("button", name="Deshacer").click()
    expect(reason.locator("option:checked")).to_have_text("Fax (retirado)")
    expect(saying(frame, "Guardado")).to_be_visible()

    frame = open_pane(page, live, "Sin el viejo")
    expect(frame.get_by_label("Motivo").locator("option").filter(has_text="Consulta")).to_have_count(1)
    expect(frame.get_by_label("Motivo").locator("option").filter(has_text="Fax")).to_have_count(0)


def test_its_code_and_its_library_weigh_less_than_120_kb(live: Live, page: Page) -> None:
    deliver(live, "Peso")
    code: dict[str, int] = {}
    kinds = {"script", "stylesheet", "document"}

    def weigh(response: Response) -> None:
        if response.url.startswith(live.url) and response.request.resource_type in kinds and response.ok:
            code[response.url] = len(gzip.compress(response.body()))

    page.on("response", weigh)
    frame = open_pane(page, live, "Peso")
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()

    assert f"{live.url}/addin/vendor/msal-browser.min.js" in code
    assert sum(code.values()) < 120_000


def test_it_keeps_nothing_in_the_browser(live: Live, page: Page) -> None:
    deliver(live, "Sin rastro")
    frame = open_pane(page, live, "Sin rastro")
    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()

    stored = page.context.storage_state()

    ours = [origin for origin in stored["origins"] if origin["origin"] == live.url]
    assert ours == []
    assert [cookie for cookie in stored["cookies"] if cookie["name"] == "bitacora"] == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("subject", "sender"),
    [("Con cliente", "ana.lopez@panaderiauno.example"), ("De dos", GESTOR), ("De nadie", STRANGER)],
)
def test_it_is_accessible(live: Live, page: Page, theme: str, subject: str, sender: str) -> None:
    live.simulator.world.deliver(message(f"{subject} {theme}", sender=sender))
    live.wait_until_idle()
    frame = open_pane(page, live, f"{subject} {theme}")
    expect(view(frame).get_by_role("heading").first).to_be_visible()
    expect(view(frame)).not_to_have_attribute("aria-busy", "true")

    expect_accessible(frame, theme)

    assert frame.evaluate("document.documentElement.scrollWidth") <= max(NARROW, frame.evaluate("innerWidth"))


def test_forced_colours_and_a_phone_lose_nothing(live: Live, page: Page) -> None:
    deliver(live, "Alto contraste")
    page.emulate_media(forced_colors="active")

    frame = open_pane(page, live, "Alto contraste", "&platform=mobile")

    expect(frame.get_by_role("region", name="Panadería Uno SL")).to_be_visible()
    expect_accessible(frame, "light")
