"""The register at a million records: what a person waits for at each click, and how that grows.

Every figure is a whole request through the API: rights, filters, database and JSON.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import text

from benchmarks import bare_lists, databases, full_register, options
from benchmarks.circumstances import print_circumstances
from benchmarks.databases import Database, engine_at
from benchmarks.full_register import BEGIN, COMMON, GONE, LARGE, OF_PRIVATE, OLD, PERIOD, PERSONS, RARE
from benchmarks.tables import median, milliseconds, percentile, print_table, times
from server import create_app
from simulator import Simulator
from simulator.tenant import CLIENT_ID
from tests.live import settings_for

SCOPE = f"api://{CLIENT_ID}/access_as_user"
ASKS = "ana@ribera.example"
SMALL = 10_000
Path_ = Callable[[random.Random], str]


def main() -> None:
    asked = options.parser("benchmarks.register", __doc__ or "", rounds=60)
    asked.add_argument("--records", type=int, default=1_000_000)
    given = asked.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        Simulator.start(Path(folder) / "simulator", seed=given.seed) as simulator,
        databases.chosen(options.databases(given)) as chosen,
    ):
        simulator.world.add_user("Ana Ribera", ASKS)
        for database in chosen:
            print_circumstances(
                "The register at size",
                database=database.title,
                seed=given.seed,
                records=given.records,
                requests=given.rounds,
            )
            small = _measure(simulator, database, Path(folder) / "small", min(SMALL, given.records), given)
            large = _measure(simulator, database, Path(folder) / "large", given.records, given)
            _print(small, large, given.records)


def _measure(
    simulator: Simulator, database: Database, folder: Path, records: int, given: Any
) -> dict[str, list[float]]:
    """Seconds of every request of every kind."""
    folder.mkdir(exist_ok=True)
    with database.new(folder) as url:
        began = time.perf_counter()
        with engine_at(url) as engine:
            full_register.fill(engine, records, given.seed)
        print(f"\n{records:,} records filled in {time.perf_counter() - began:,.0f} s", flush=True)
        with _signed_in(simulator, url, folder) as (client, headers):
            return measure(client, headers, url, given.rounds, given.seed)


def measure(
    client: FlaskClient, headers: dict[str, str], url: str, rounds: int, seed: int
) -> dict[str, list[float]]:
    bare, found = bare_lists.page_of_large_client(url), dict[str, list[float]]()
    found["bare SQL: list of the large client"] = [_seconds(bare) for _ in range(rounds)]
    for name, path in KINDS.items():
        chance = random.Random(f"{seed} {name}")
        # What a request costs once (statements, pages of the file), it costs once a day.
        paths = [path(chance) for _ in range(rounds + 1)]
        found[name] = [_seconds(lambda path=path: _get(client, headers, path)) for path in paths][1:]
    for name, cases in (("detail", _details), ("deep page", _deep), ("find next", _finds)):
        paths = list(cases(client, headers, rounds))
        found[name] = [_seconds(lambda path=path: _get(client, headers, path)) for path in paths]
    return found


@contextmanager
def _signed_in(simulator: Simulator, url: str, folder: Path) -> Iterator[tuple[FlaskClient, dict[str, str]]]:
    app = create_app(settings_for(simulator, url, folder / "data", port=0))
    token = simulator.identity.token_for(ASKS, CLIENT_ID, SCOPE)["access_token"]
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    _get(client, headers, "/api/me")
    with engine_at(url) as engine, engine.begin() as connection:
        mine = text("UPDATE account SET owner_id = (SELECT min(id) FROM person) WHERE id = :id")
        connection.execute(mine, {"id": full_register.PRIVATE[0]})
    yield client, headers
    app.extensions["bitacora"].database.engine.dispose()


def _get(client: FlaskClient, headers: dict[str, str], path: str) -> Any:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.text)
    return answer.get_json()


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _list(**filters: object) -> Path_:
    return lambda chance: f"/api/records?{urlencode(_chosen(filters, chance), doseq=True)}"


def _count(**filters: object) -> Path_:
    return lambda chance: f"/api/records/count?{urlencode(_chosen(filters, chance), doseq=True)}"


def _find(**filters: object) -> Path_:
    return lambda chance: f"/api/records/find?{urlencode(_chosen(filters, chance), doseq=True)}"


def _chosen(filters: dict[str, object], chance: random.Random) -> dict[str, object]:
    return {name: value(chance) if callable(value) else value for name, value in filters.items()}


def _any_client(chance: random.Random) -> str:
    return f"C{chance.randrange(2, full_register.CLIENTS + 1):04d}"


def _some(number: int) -> Callable[[random.Random], int]:
    return lambda chance: chance.randrange(1, number + 1)


def _person(chance: random.Random) -> str:
    return chance.choice(PERSONS)


def _time(chance: random.Random) -> str:
    return (BEGIN + PERIOD * chance.random()).isoformat()


def _contact(chance: random.Random) -> str:
    return f"contacto{chance.randrange(3)}@cliente{chance.randrange(2, full_register.CLIENTS)}.example"


MONTH = timedelta(days=30)
REASON, AREA = _some(full_register.REASONS), _some(full_register.AREAS)
KINDS: dict[str, Path_] = {
    "list: large client": _list(client=LARGE),
    "list: any client": _list(client=_any_client),
    "list: whole register": _list(),
    "type, client": _list(client=LARGE, type="visit"),
    "type": _list(type="visit"),
    "type, rare": _list(type="portal"),
    "type, none": _list(type="messaging"),
    "two types": _list(type=["visit", "call"]),
    "reason, client": _list(client=LARGE, reason=REASON),
    "reason": _list(reason=REASON),
    "without reason": _list(reason=0),
    "area": _list(area=AREA),
    "initiated by": _list(initiated_by="firm"),
    "person, client": _list(client=LARGE, person=_person),
    "person": _list(person=_person),
    "person who left": _list(person=GONE),
    "participant": _list(participant=_contact),
    "participant, large client": _list(client=LARGE, participant="contacto1@cliente1.example"),
    "until": _list(until=_time),
    "until, client": _list(client=LARGE, until=_time),
    "documents": _list(documents="true"),
    "documents, client": _list(client=LARGE, documents="true"),
    "private": _list(private="true"),
    "private, client": _list(client=LARGE, private="true"),
    "unclassified": _list(unclassified="true"),
    "type, reason, area, client": _list(client=LARGE, type="call", reason=REASON, area=AREA),
    "type, reason, area": _list(type="call", reason=REASON, area=AREA),
    "reason, person, documents": _list(reason=REASON, person=_person, documents="true"),
    "all, none left, client": _list(
        client=LARGE, type="visit", reason=REASON, area=AREA, initiated_by="firm", person=GONE
    ),
    "find first, common": _find(q=COMMON),
    "find first, rare": _find(q=RARE),
    "find first, old": _find(q=OLD),
    "find first, two words": _find(q=f"{COMMON} {OLD}"),
    "find first, none": _find(q="nadaasi"),
    "find first, another's private": _find(q=OF_PRIVATE),
    "find first, one letter": _find(q="z"),
    "find first, common, large client": _find(q=COMMON, client=LARGE),
    "find first, old, large client": _find(q=OLD, client=LARGE),
    "find first, rare, large client": _find(q=RARE, client=LARGE),
    "find first, old, any client": _find(q=OLD, client=_any_client),
    "find first, common, visits": _find(q=COMMON, type="visit"),
    "find previous, rare": _find(q=RARE, direction="previous"),
    "count: whole register": _count(),
    "count: large client": _count(client=LARGE),
    "count: type": _count(type="visit"),
    "count: reason, person": _count(reason=REASON, person=_person),
    "count: person, large client": _count(client=LARGE, person=_person),
    "count: participant": _count(participant=_contact),
    "count: private": _count(private="true"),
    "count: documents, large client": _count(client=LARGE, documents="true"),
    "persons": lambda _: "/api/persons",
    "persons of the large client": lambda _: f"/api/persons?client={LARGE}",
    "tray": lambda _: "/api/unassigned",
}


def _details(client: FlaskClient, headers: dict[str, str], rounds: int) -> Iterator[str]:
    items = _get(client, headers, "/api/records?limit=200")["items"]
    for number in range(rounds):
        record_id = items[number % len(items)]["id"]
        yield f"/api/records/{record_id}"


def _deep(client: FlaskClient, headers: dict[str, str], rounds: int) -> Iterator[str]:
    """Pages from all over the large client's list, each by its cursor."""
    chance = random.Random(rounds)
    for _ in range(rounds):
        page = _get(client, headers, _list(client=LARGE, until=_time, limit=1)(chance))
        if page["next"]:
            yield f"/api/records?client={LARGE}&cursor={page['next']}"


def _finds(client: FlaskClient, headers: dict[str, str], rounds: int) -> Iterator[str]:
    """From one hit to the next."""
    after = _get(client, headers, f"/api/records/find?q={COMMON}")["record"]["id"]
    for _ in range(rounds):
        path = f"/api/records/find?q={COMMON}&direction=next&after={after}"
        after = _get(client, headers, path)["record"]["id"]
        yield path


def _print(small: dict[str, list[float]], large: dict[str, list[float]], records: int) -> None:
    rows: list[Sequence[object]] = []
    for name, seconds in large.items():
        before = median(small[name]) if small.get(name) else 0.0
        rows.append(
            [
                name,
                milliseconds(before),
                milliseconds(median(seconds)),
                milliseconds(percentile(seconds, 0.95)),
                times(median(seconds), before),
            ]
        )
    print_table(["ms a request", f"{SMALL:,} p50", f"{records:,} p50", f"{records:,} p95", "growth"], rows)
    slow = [name for name, seconds in large.items() if percentile(seconds, 0.95) >= 0.1]
    print(f"\np95 of 100 ms or more: {', '.join(slow) or 'none'}", flush=True)


if __name__ == "__main__":
    main()
