"""The list of the register page with a client of many records, in a real browser.

The peer is a page of the same length with nothing on it: what scrolling costs this browser on this machine.
"""

import argparse
import random
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Table, insert, select

from benchmarks.circumstances import print_circumstances, sqlite_version
from benchmarks.tables import milliseconds, percentile, print_table, times
from server.accounts.models import Account
from server.clients.models import Client
from server.mail import Role
from server.records.models import (
    Copy,
    Direction,
    Initiator,
    Message,
    MessageAttachment,
    MessageParticipant,
    Record,
    RecordState,
    RecordType,
)
from server.records.models import (
    Path as ArrivalPath,
)
from simulator import Simulator
from tests.browser.conftest import CHROMIUM
from tests.browser.product import running_product, sign_in
from tests.live import Live

BATCH = 5_000
FRAMES = 600
STEP_PX = 240
KEYS = 200
SUBJECTS = ("Modelo 303", "Nóminas", "Contrato de alquiler", "Requerimiento de la AEAT", "Cuentas anuales")
EMPTY = "<!doctype html><body style='margin:0'><div class='scroll' style='height:{height}px;overflow-y:auto'>"
# Scrolls a step in each frame, and gives how long each frame took, in milliseconds.
SCROLL = """async ({frames, step}) => {
  const box = document.querySelector(".scroll");
  const times = [];
  const next = () => new Promise(requestAnimationFrame);
  let last = await next();
  for (let frame = 0; frame < frames; frame += 1) {
    box.scrollTop += step;
    const now = await next();
    times.push(now - last);
    last = now;
  }
  return times;
}"""
# Goes down as far as the list goes, loading what is older, and gives how many rows there were.
TO_THE_END = """async () => {
  const box = document.querySelector(".scroll");
  for (;;) {
    box.scrollTop = box.scrollHeight;
    await new Promise(requestAnimationFrame);
    const rows = [...document.querySelectorAll("#list [data-record]")];
    const last = rows.at(-1)?.getAttribute("aria-rowindex");
    if (document.querySelector(".list-foot").dataset.state === "end") return Number(last) - 1;
  }
}"""


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.register_page", description=__doc__)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1, help="decides every record")
    given = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        Simulator.start(Path(folder)) as simulator,
        running_product(simulator, Path(folder)) as live,
        sync_playwright() as playwright,
    ):
        _fill(live, given.records, given.seed)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="es-ES")
        print_circumstances(
            f"The list of a client with {given.records:,} records",
            database=f"SQLite {sqlite_version()}",
            seed=given.seed,
            browser=browser.version,
        )
        _measure(page, live)
        browser.close()


def _measure(page: Page, live: Live) -> None:
    sign_in(page, live, "/?client=C01")
    first = _load(page)
    nodes, rows = _nodes(page), _rows(page)
    scrolled = page.evaluate(SCROLL, {"frames": FRAMES, "step": STEP_PX})
    keys = _keys(page)
    end = _press(page, "End")
    home = _press(page, "Home")
    loaded = page.evaluate(TO_THE_END)
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
    nodes_then, rows_then = _nodes(page), _rows(page)
    page.set_content(EMPTY.format(height=600) + "<div style='height:4000000px'>")
    bare = page.evaluate(SCROLL, {"frames": FRAMES, "step": STEP_PX})
    print_table(
        ("frames while scrolling", "p50 ms", "p95 ms", "p99 ms", "longest ms"),
        [("register", *_frames(scrolled)), ("nothing to draw", *_frames(bare))],
    )
    ratio = times(percentile(scrolled, 0.95), percentile(bare, 0.95))
    print(f"\np95 of a frame: {ratio} the peer's", flush=True)
    print_table(
        ("what", "ms"),
        [
            ("rows on the screen after the page is opened", milliseconds(first)),
            ("arrow down to the next row drawn (p95)", milliseconds(percentile(keys, 0.95))),
            ("End: the oldest record on the screen", milliseconds(end)),
            ("Home: the newest again", milliseconds(home)),
        ],
    )
    print_table(
        ("in the document", "elements", "rows"),
        [("at the beginning", nodes, rows), (f"after {loaded:,} rows went by", nodes_then, rows_then)],
    )
    print(f"\nheap of the page at the end: {heap:.0f} MiB", flush=True)


def _load(page: Page) -> float:
    page.reload()
    page.wait_for_selector("#list [data-record]")
    return float(page.evaluate("performance.now()")) / 1e3


def _keys(page: Page) -> list[float]:
    page.locator("#list [data-record][tabindex='0']").focus()
    return [_press(page, "ArrowDown") for _ in range(KEYS)]


def _press(page: Page, key: str) -> float:
    """How long until the row under the cursor is another one and drawn, in seconds."""
    page.evaluate(
        """key => {
          const before = document.activeElement?.dataset.record;
          window.moved = new Promise((resolve) => {
            const began = performance.now();
            const look = () => {
              const now = document.activeElement?.dataset.record;
              if (now && now !== before) requestAnimationFrame((at) => resolve(at - began));
              else requestAnimationFrame(look);
            };
            addEventListener("keydown", look, {once: true});
          });
        }""",
        key,
    )
    page.keyboard.press(key)
    return float(page.evaluate("window.moved")) / 1e3


def _nodes(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('#list *').length"))


def _rows(page: Page) -> int:
    return page.locator("#list [data-record]").count()


def _frames(values: list[float]) -> tuple[str, ...]:
    return tuple(
        f"{value:.1f}" for value in (*(percentile(values, share) for share in (0.5, 0.95, 0.99)), max(values))
    )


def _fill(live: Live, count: int, seed: int) -> None:
    chance, now = random.Random(seed), datetime.now(UTC)
    with live.database.reading() as session:
        client = session.scalars(select(Client.id).where(Client.code == "C01")).one()
        account = session.scalars(select(Account.id).order_by(Account.id)).first() or 0
    numbers = iter(range(1, count + 1))
    while batch := list(islice(numbers, BATCH)):
        rows = [_mail(number, chance, now, client, account) for number in batch]
        with live.database.writing() as session:
            for table in (Message, MessageParticipant, MessageAttachment, Copy, Record):
                assert isinstance(table.__table__, Table)
                session.execute(insert(table), [line for row in rows for line in row[table]])


def _mail(
    number: int, chance: random.Random, now: datetime, client: int, account: int
) -> dict[Any, list[dict[str, Any]]]:
    """One mail with all that stands about it, by table."""
    at = now - timedelta(minutes=number * 7 + chance.random())
    message = 1_000_000 + number
    subject = f"{chance.choice(SUBJECTS)} {number}"
    received = chance.random() < 0.6
    people = [
        (Role.FROM, "Pedro", "pedro@panaderiauno.example", False),
        (Role.TO, "Ana Ribera", "ana@ribera.example", True),
    ]
    return {
        Message: [
            {
                "id": message,
                "identity": f"seed-{number}",
                "ordinal": 0,
                "internet_message_id": f"<{number}@seed.example>",
                "subject": subject,
                "preview": "Buenos días: va adjunto lo que nos pidió. " * 4,
                "direction": Direction.RECEIVED if received else Direction.SENT,
                "sent_at": at,
                "occurred_at": at,
                "has_attachments": number % 3 == 0,
                "bulk": False,
            }
        ],
        MessageParticipant: [
            {
                "message_id": message,
                "role": role,
                "name": name,
                "address": address,
                "staff": staff,
                "account_id": None,
            }
            for role, name, address, staff in people
        ],
        MessageAttachment: [
            {
                "message_id": message,
                "position": 0,
                "name": "factura.pdf",
                "size": 84_000,
                "content_type": "application/pdf",
            }
        ]
        if number % 3 == 0
        else [],
        Copy: [
            {
                "account_id": account,
                "graph_id": f"seed-{number}",
                "message_id": message,
                "lookup": f"seed-{number}",
                "exclusion": None,
                "path": ArrivalPath.DELTA,
                "seen_at": at,
                "gone_at": None,
            }
        ],
        Record: [
            {
                "id": uuid.UUID(int=chance.getrandbits(128)),
                "client_id": client,
                "message_id": message,
                "type": RecordType.EMAIL,
                "direction": Direction.RECEIVED if received else Direction.SENT,
                "initiated_by": Initiator.CLIENT if received else Initiator.FIRM,
                "subject": subject,
                "person": "Ana Ribera",
                "occurred_at": at,
                "created_at": at,
                "state": RecordState.FILED,
                "version": 1,
                "why": {},
            }
        ],
    }


if __name__ == "__main__":
    main()
