"""The Outlook look-alike, driven as a person would, with a pane from another origin in its frame."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Locator, Page, expect

from simulator import Simulator
from tests.browser.pane_page import PaneServer, serve_pane

pytestmark = pytest.mark.browser

ANA = "ana@ribera.example"
ACQUIRE = """async (interaction) => {
  await Office.onReady();
  const client = await msal.createNestablePublicClientApplication({
    auth: { clientId: "c0ffee00-1111-4222-8333-444455556666", authority: "https://login.example/tenant" },
    cache: { cacheLocation: "memoryStorage" },
  });
  const request = { scopes: ["api://c0ffee00-1111-4222-8333-444455556666/access_as_user"] };
  try {
    const { accessToken, account } = await client[interaction](request);
    return { accessToken, username: account.username };
  } catch (error) {
    return { error: error.name };
  }
}"""
FOLLOW_ITEMS = """async () => {
  await Office.onReady();
  window.subjects = [];
  const note = () => window.subjects.push(Office.context.mailbox.item?.subject ?? null);
  const { mailbox } = Office.context;
  await new Promise((done) => mailbox.addHandlerAsync(Office.EventType.ItemChanged, note, done));
}"""
ASYNC = """([path, ...values]) => new Promise((resolve) => {
  const names = path.split(".");
  const name = names.pop();
  const owner = names.reduce((object, part) => object[part], Office.context.mailbox);
  owner[name](...values, ({ status, value, error }) => resolve({ status, value, error }));
})"""


@pytest.fixture
def server(simulator: Simulator) -> Iterator[PaneServer]:
    with serve_pane(simulator.settings()["BITACORA_OFFICE_JS_URL"]) as server:
        yield server


@pytest.fixture
def outlook(simulator: Simulator, server: PaneServer) -> str:
    """The address of the look-alike, whose pane is the tests' own."""
    simulator.public_url = server.url
    return f"{simulator.browser_url}/outlook/"


def deliver(simulator: Simulator, subject: str, **fields: Any) -> None:
    message = {
        "subject": subject,
        "from": {"emailAddress": {"name": "Ana López", "address": "ana.lopez@panaderiauno.example"}},
        "toRecipients": [{"emailAddress": {"name": "Ana Ribera", "address": ANA}}],
        "body": {"contentType": "text", "content": "Buenos días"},
        **fields,
    }
    simulator.world.deliver(message)


def open_mailbox(page: Page, outlook: str, parameters: str = "") -> None:
    page.goto(f"{outlook}?as={ANA}{parameters}")
    expect(page.get_by_test_id("folder-inbox").first).to_have_attribute("aria-current", "true")


def row(page: Page, subject: str) -> Locator:
    return page.get_by_role("option").filter(has_text=subject)


def open_message(page: Page, subject: str) -> None:
    row(page, subject).click()
    expect(page.get_by_test_id("reading").get_by_role("heading", name=subject)).to_be_visible()


def pane(page: Page) -> Frame:
    """The pane once Office.js has spoken with the look-alike."""
    # The name of a frame is known a moment later than the frame.
    element = page.wait_for_selector("iframe[name=bitacora]")
    frame = element.content_frame() if element else None
    assert frame is not None
    frame.wait_for_function("() => window.Office?.onReady()")
    return frame


def events(simulator: Simulator, event: str) -> list[Any]:
    return [happened for happened in simulator.world.truth if happened.event == event]


def test_a_person_chosen_from_the_cards_sees_own_and_shared_mailboxes(page: Page, outlook: str) -> None:
    page.goto(outlook)

    page.get_by_role("link", name="Ana Ribera").click()

    expect(page.get_by_test_id("persona")).to_contain_text(ANA)
    expect(page.get_by_test_id("mailbox")).to_have_count(2)
    addresses = [box.get_attribute("data-address") for box in page.get_by_test_id("mailbox").all()]
    assert addresses == [ANA, "info@ribera.example"]
    expect(page.get_by_role("link", name="Registro")).to_be_visible()


def test_a_message_opened_is_shown_in_full_and_marked_as_read(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    attachment = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "303-2T.pdf",
        "contentType": "application/pdf",
        "contentBytes": "JVBERi0=",
    }
    deliver(simulator, "Modelo 303", attachments=[attachment])
    open_mailbox(page, outlook)

    open_message(page, "Modelo 303")

    reading = page.get_by_test_id("reading")
    expect(reading).to_contain_text("ana.lopez@panaderiauno.example")
    expect(reading).to_contain_text("Buenos días")
    expect(reading.get_by_role("link", name="303-2T.pdf")).to_be_visible()
    expect(row(page, "Modelo 303")).not_to_contain_text("No leído")
    assert events(simulator, "updated")[-1].message["isRead"] is True


def test_what_a_hostile_mail_says_stays_text(
    page: Page, outlook: str, simulator: Simulator, server: PaneServer
) -> None:
    subject = '<img src=x onerror="document.title=1"> \u202eodaredla'
    content = f'<p>Hola</p><img src="{server.url}/spy.png"><script>top.document.title = 1</script>'
    deliver(simulator, subject, body={"contentType": "html", "content": content})
    open_mailbox(page, outlook)

    open_message(page, "<img src=x")

    expect(page.frame_locator("[data-testid=body]").get_by_text("Hola")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("remotos")
    expect(page).to_have_title("Correo de Ana Ribera")
    assert "/spy.png" not in server.requested


def test_a_mail_written_as_a_client_arrives_by_itself(page: Page, outlook: str) -> None:
    open_mailbox(page, outlook)
    page.get_by_role("button", name="Mundo exterior").click()
    outside = page.get_by_test_id("outside")

    outside.get_by_label("Cliente").select_option(
        label="C01 · Panadería Uno SL · ana.lopez@panaderiauno.example"
    )
    outside.get_by_label("Asunto").fill("Nóminas de noviembre")
    outside.get_by_label("Texto del correo de fuera").fill("¿Están ya?")
    outside.get_by_role("button", name="Entregar").click()

    expect(outside.get_by_role("status")).to_contain_text("Entregado a Ana Ribera")
    expect(row(page, "Nóminas de noviembre")).to_be_visible()


def test_a_new_mail_is_sent_to_everybody_it_names(page: Page, outlook: str, simulator: Simulator) -> None:
    open_mailbox(page, outlook)
    page.get_by_role("button", name="Nuevo correo").click()
    form = page.get_by_test_id("compose")

    form.get_by_label("Para").fill("Luis Ortega <luis@ribera.example>; pedro@panaderiauno.example")
    form.get_by_label("Asunto").fill("Reunión")
    form.get_by_label("Texto del mensaje").fill("Mañana a las diez\n<b>sin falta</b>")
    page.get_by_role("button", name="Enviar").click()

    expect(page.get_by_test_id("status")).to_have_text("Enviado")
    (sent,) = events(simulator, "sent")
    (received,) = events(simulator, "delivered")
    assert (sent.mailbox, sent.message["subject"]) == (ANA, "Reunión")
    assert received.mailbox == "luis@ribera.example"
    assert "&lt;b&gt;sin falta" in sent.message["body"]["content"]


def test_a_wrong_address_holds_the_mail_back(page: Page, outlook: str, simulator: Simulator) -> None:
    open_mailbox(page, outlook)
    page.get_by_role("button", name="Nuevo correo").click()

    page.get_by_test_id("compose").get_by_label("Para").fill("luis")
    page.get_by_role("button", name="Enviar").click()

    expect(page.get_by_test_id("compose").get_by_label("Para")).to_be_focused()
    assert events(simulator, "sent") == []


def test_a_reply_is_sent_in_the_same_thread(page: Page, outlook: str, simulator: Simulator) -> None:
    deliver(simulator, "Consulta de IVA")
    (received,) = events(simulator, "delivered")
    open_mailbox(page, outlook)
    open_message(page, "Consulta de IVA")

    page.get_by_role("button", name="Responder", exact=True).click()
    page.get_by_label("Texto del mensaje").fill("Se aplica el 10 %")
    page.get_by_role("button", name="Enviar").click()

    page.get_by_test_id("folder-sentitems").first.click()
    expect(row(page, "RE: Consulta de IVA")).to_contain_text("Ana López")
    (sent,) = events(simulator, "sent")
    assert sent.message["conversationId"] == received.message["conversationId"]
    assert sent.message["body"]["content"].startswith("Se aplica el 10 %")


def test_an_answer_left_empty_leaves_no_draft(page: Page, outlook: str, simulator: Simulator) -> None:
    deliver(simulator, "Consulta")
    open_mailbox(page, outlook)
    open_message(page, "Consulta")

    page.get_by_role("button", name="Responder a todos").click()
    expect(page.get_by_test_id("compose")).to_be_visible()
    page.get_by_test_id("folder-drafts").first.click()

    expect(page.get_by_role("listbox")).to_have_class("rows empty")
    assert [event.folder for event in events(simulator, "deleted")] == ["drafts"]


def test_delete_and_move_work_from_the_keyboard_and_the_bar(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    for subject in ("Primero", "Segundo", "Tercero"):
        deliver(simulator, subject)
    open_mailbox(page, outlook)

    page.get_by_role("listbox").press("ArrowDown")
    expect(page.get_by_test_id("reading")).to_be_visible()
    page.get_by_role("listbox").press("Delete")
    expect(page.get_by_test_id("message")).to_have_count(2)
    page.get_by_label("Mover a…").select_option(label="Archivo")
    expect(page.get_by_test_id("message")).to_have_count(1)

    assert [event.folder for event in events(simulator, "moved")] == ["deleteditems", "archive"]


def test_the_pane_knows_the_open_message_and_hears_of_the_next(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    deliver(simulator, "Primero", internetMessageId="<one@panaderiauno.example>")
    deliver(simulator, "Segundo")
    open_mailbox(page, outlook)
    open_message(page, "Primero")
    frame = pane(page)
    item = frame.evaluate("() => JSON.parse(JSON.stringify(Office.context.mailbox.item))")
    frame.evaluate(FOLLOW_ITEMS)

    open_message(page, "Segundo")
    page.get_by_test_id("folder-sentitems").first.click()

    assert item["internetMessageId"] == "<one@panaderiauno.example>"
    assert item["from"]["emailAddress"] == "ana.lopez@panaderiauno.example"
    assert frame.wait_for_function("() => window.subjects.length === 2 && window.subjects").json_value() == [
        "Segundo",
        None,
    ]


def test_the_id_in_the_pane_becomes_the_id_of_graph(page: Page, outlook: str, simulator: Simulator) -> None:
    deliver(simulator, "Modelo 303")
    open_mailbox(page, outlook)
    open_message(page, "Modelo 303")

    converted = pane(page).evaluate(
        "() => Office.context.mailbox.convertToRestId(Office.context.mailbox.item.itemId, 'v2.0')"
    )

    assert converted == page.get_by_test_id("reading").get_attribute("data-id")


def test_a_mail_of_a_shared_mailbox_names_its_owner(page: Page, outlook: str, simulator: Simulator) -> None:
    to = [{"emailAddress": {"name": "Ribera Asesores", "address": "info@ribera.example"}}]
    deliver(simulator, "Para todos", toRecipients=to)
    open_mailbox(page, outlook)

    page.locator("[data-address='info@ribera.example']").get_by_test_id("folder-inbox").click()
    open_message(page, "Para todos")
    answer = pane(page).evaluate(ASYNC, ["item.getSharedPropertiesAsync"])

    assert answer["value"]["targetMailbox"] == "info@ribera.example"


def test_the_real_msal_receives_a_token_of_the_person(page: Page, outlook: str, simulator: Simulator) -> None:
    open_mailbox(page, outlook)

    result = pane(page).evaluate(ACQUIRE, "acquireTokenSilent")

    claims = jwt.decode(result["accessToken"], options={"verify_signature": False})
    assert result["username"] == claims["preferred_username"] == ANA
    assert claims["aud"] == simulator.settings()["BITACORA_CLIENT_ID"]
    assert claims["scp"] == "access_as_user"


def test_a_token_that_needs_consent_comes_after_a_click(page: Page, outlook: str) -> None:
    open_mailbox(page, outlook, "&naa=interaction")
    frame = pane(page)

    silent = frame.evaluate(ACQUIRE, "acquireTokenSilent")
    frame.evaluate(f"() => {{ window.interactive = ({ACQUIRE})('acquireTokenPopup'); }}")
    page.get_by_test_id("consent").get_by_role("button", name="Aceptar").click()

    assert silent == {"error": "InteractionRequiredAuthError"}
    assert frame.evaluate("() => window.interactive")["username"] == ANA


@pytest.mark.parametrize(
    ("parameters", "name", "version", "supported"),
    [
        ("", "NestedAppAuth", "1.1", True),
        ("", "Mailbox", "1.14", True),
        ("&naa=absent", "NestedAppAuth", "1.1", False),
        ("&mailbox=1.8", "Mailbox", "1.10", False),
        ("&platform=mobile", "Mailbox", "1.8", False),
    ],
)
def test_requirement_sets_follow_the_chosen_outlook(
    page: Page, outlook: str, parameters: str, name: str, version: str, supported: bool
) -> None:
    open_mailbox(page, outlook, parameters)

    answer = pane(page).evaluate(
        "([name, version]) => Office.context.requirements.isSetSupported(name, version)", [name, version]
    )

    assert answer is supported


def test_a_phone_lacks_what_outlook_lacks_there(page: Page, outlook: str) -> None:
    open_mailbox(page, outlook, "&platform=mobile")

    missing = pane(page).evaluate(
        "() => [typeof Office.context.officeTheme, typeof Office.context.mailbox.convertToRestId]"
    )

    assert missing == ["undefined", "undefined"]


def test_the_pane_of_a_message_being_written_reads_and_saves_it(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    open_mailbox(page, outlook)
    page.get_by_role("button", name="Nuevo correo").click()
    form = page.get_by_test_id("compose")
    form.get_by_label("Asunto").fill("Borrador")
    form.get_by_label("Para").fill("Pedro <pedro@panaderiauno.example>")

    frame = pane(page)
    to = frame.evaluate(ASYNC, ["item.to.getAsync"])
    saved = frame.evaluate(ASYNC, ["item.saveAsync"])

    assert [person["emailAddress"] for person in to["value"]] == ["pedro@panaderiauno.example"]
    assert saved["status"] == "succeeded"
    assert [event.message["subject"] for event in events(simulator, "drafted")] == ["Borrador"]


def test_the_pane_answers_a_mail_with_a_form(page: Page, outlook: str, simulator: Simulator) -> None:
    deliver(simulator, "Consulta")
    open_mailbox(page, outlook)
    open_message(page, "Consulta")

    pane(page).evaluate("() => Office.context.mailbox.item.displayReplyForm('<p>Recibido</p>')")

    expect(page.get_by_label("Texto del mensaje")).to_have_value("Recibido")


def test_a_dialog_speaks_to_the_pane(page: Page, outlook: str) -> None:
    open_mailbox(page, outlook)

    message = pane(page).evaluate(
        """() => new Promise((resolve) => {
          Office.context.ui.displayDialogAsync("/dialog", { width: 30 }, ({ value }) => {
            value.addEventHandler(Office.EventType.DialogMessageReceived, ({ message }) => {
              value.close();
              resolve(message);
            });
          });
        })"""
    )

    assert message == "signed in"


def test_the_pane_listens_to_the_mailbox_page_alone(page: Page, outlook: str, simulator: Simulator) -> None:
    deliver(simulator, "Consulta")
    open_mailbox(page, outlook)
    open_message(page, "Consulta")

    subject = pane(page).evaluate(
        """async () => {
          window.postMessage({ kind: "item", item: null }, "*");
          await new Promise((resolve) => setTimeout(resolve));
          return Office.context.mailbox.item?.subject;
        }"""
    )

    assert subject == "Consulta"


def test_the_mailbox_page_listens_to_the_pane_alone(page: Page, outlook: str) -> None:
    open_mailbox(page, outlook)
    pane(page)

    page.evaluate(
        """async () => {
          window.postMessage({ kind: "close" }, "*");
          await new Promise((resolve) => setTimeout(resolve));
        }"""
    )

    expect(page.get_by_test_id("pane-place")).to_be_visible()


def test_a_message_is_answered_as_the_client_who_got_it(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    deliver(simulator, "Consulta", internetMessageId="<one@panaderiauno.example>")
    open_mailbox(page, outlook)
    open_message(page, "Consulta")
    page.get_by_role("button", name="Mundo exterior").click()
    outside = page.get_by_test_id("outside")

    outside.get_by_role("button", name="Contestar al correo abierto").click()
    outside.get_by_role("button", name="Entregar").click()

    expect(row(page, "RE: Consulta")).to_be_visible()
    first, second = events(simulator, "delivered")
    assert second.message["from"] == first.message["from"]
    assert second.message["conversationId"] == first.message["conversationId"]


def test_the_pane_loses_the_dialogs_and_the_history_of_the_browser(page: Page, outlook: str) -> None:
    open_mailbox(page, outlook)

    outcome = pane(page).evaluate(
        "() => { try { confirm('?'); } catch { return [history.pushState, history.replaceState]; } }"
    )

    assert outcome == [None, None]


def test_a_server_that_is_down_is_named_where_the_pane_would_be(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    simulator.public_url = "http://localhost:9"

    open_mailbox(page, outlook)

    expect(page.get_by_test_id("pane-problem")).to_contain_text("http://localhost:9/addin/taskpane/")
    expect(page.get_by_test_id("pane-problem").get_by_role("button", name="Reintentar")).to_be_visible()


def test_a_pane_that_is_not_pinned_closes_with_its_message(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    deliver(simulator, "Consulta")
    open_mailbox(page, outlook)
    pane(page)

    page.get_by_role("button", name="Mantener abierto al cambiar de mensaje").click()
    open_message(page, "Consulta")

    expect(page.get_by_test_id("pane-place")).to_be_hidden()
    expect(page.get_by_role("button", name="Bitácora", exact=True)).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hinders_people_who_rely_on_assistive_technology(
    page: Page, outlook: str, simulator: Simulator, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    deliver(simulator, "Consulta")
    open_mailbox(page, outlook)
    open_message(page, "Consulta")
    page.get_by_role("button", name="Mundo exterior").click()

    reading = Axe().run(page.main_frame)
    page.get_by_role("button", name="Responder", exact=True).click()
    expect(page.get_by_test_id("compose")).to_be_visible()
    writing = Axe().run(page.main_frame)

    assert (reading.violations_count, writing.violations_count) == (0, 0), reading.generate_report()


def test_a_narrow_window_keeps_everything_within_reach(
    page: Page, outlook: str, simulator: Simulator
) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    deliver(simulator, "Consulta")
    page.goto(f"{outlook}?as={ANA}")

    open_message(page, "Consulta")
    page.get_by_role("button", name="Mostrar u ocultar las carpetas").click()
    page.get_by_test_id("folder-sentitems").first.click()

    expect(page.get_by_role("heading", name="Elementos enviados")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 900


def test_a_browser_in_english_reads_english(chromium: Any, outlook: str) -> None:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()

    page.goto(f"{outlook}?as={ANA}")

    expect(page.get_by_role("button", name="New mail")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


def test_the_address_127_0_0_1_leads_to_localhost(page: Page, outlook: str, simulator: Simulator) -> None:
    page.goto(f"{simulator.url}/outlook/?as={ANA}")

    assert page.url == f"{outlook}?as={ANA}"
