"""A mail of the register in a real browser: shown so that nothing acts, answered in Outlook."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator import Simulator
from tests.browser.product import ANA, deliver, running_product, sign_in
from tests.live import Live

pytestmark = pytest.mark.browser

HOSTILE = """<p style="color: rgb(200, 0, 0)" onclick="parent.acted = 1">Hola</p>
<script>parent.acted = 1; document.title = "acted"</script>
<img src="x" onerror="parent.acted = 1"><img src="https://spy.example/pixel.gif">
<form action="https://spy.example"><input name="pin"></form>
<a href="https://sede.example/">La sede</a>"""
ASK = """async ([method, path, body]) => {
  const answer = await fetch(path, {
    method, body: body && JSON.stringify(body), headers: body ? { "Content-Type": "application/json" } : {},
  });
  return answer.json();
}"""
FRAME = """(path) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-popups allow-popups-to-escape-sandbox";
  frame.name = "mail";
  frame.addEventListener("load", () => done());
  frame.src = path;
  document.body.append(frame);
})"""


@pytest.fixture
def live(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running_product(simulator_process, tmp_path_factory.mktemp("product")) as live:
        yield live


def ask(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What the server answers to the page."""
    return page.evaluate(ASK, [method, path, body])


def only(page: Page) -> dict[str, Any]:
    (record,) = ask(page, "GET", "/api/records")["items"]
    found: dict[str, Any] = record
    return found


def test_a_mail_is_shown_in_a_frame_in_which_nothing_acts(live: Live, page: Page) -> None:
    deliver(live, "Modelo 303", body={"contentType": "html", "content": HOSTILE})
    sign_in(page, live)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))

    page.evaluate(FRAME, f"/api/records/{only(page)['id']}/body.html")

    frame = page.frame("mail")
    assert frame is not None
    expect(frame.get_by_text("Hola")).to_have_css("color", "rgb(200, 0, 0)")
    expect(frame.get_by_role("link", name="La sede")).to_have_attribute("target", "_blank")
    expect(frame.locator("form, input, script")).to_have_count(0)
    assert page.evaluate("() => window.acted") is None
    assert not [url for url in fetched if "spy.example" in url]


def test_a_draft_opens_in_outlook_by_its_link_and_sent_it_is_a_record_that_knows_what_it_answers(
    live: Live, page: Page
) -> None:
    deliver(live, "Modelo 303")
    sign_in(page, live)
    record = only(page)
    link = ask(page, "POST", f"/api/records/{record['id']}/reply", {"all": False})["web_link"]

    outlook = page.context.new_page()
    outlook.goto(link)
    outlook.get_by_role("link", name="Ana Ribera").click()
    form = outlook.get_by_test_id("compose")
    expect(form.get_by_label("Asunto")).to_have_value("RE: Modelo 303")
    outlook.get_by_role("button", name="Enviar").click()
    expect(outlook.get_by_test_id("status")).to_contain_text("Enviado")
    live.wait_until_idle()

    found = ask(page, "GET", "/api/records")["items"]
    assert {each["direction"]: each["reply_to_id"] for each in found} == {
        "received": None,
        "sent": record["id"],
    }
    assert len(found) == 2
    box = live.simulator.world.mailbox(ANA)
    assert list(box.listed(box.folder("drafts").id)) == []
