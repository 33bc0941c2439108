"""`python -m simulator`: a Microsoft 365 on this computer until Ctrl-C."""

import argparse
import secrets
import signal
import threading
from pathlib import Path

from simulator.scenarios import office_day
from simulator.scenarios.firm import build_firm
from simulator.service import Simulator


def main() -> None:
    options = _options()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Simulator.start(
        options.data,
        port=options.port,
        tls_port=options.tls_port,
        public_url=options.public_url,
        # A new run has new ids: a server that remembers the last one must not take its mails for known.
        seed=secrets.randbits(32),
    ) as simulator:
        build_firm(simulator.world)
        print(
            f"Outlook: {simulator.browser_url}/outlook/   settings: {simulator.url}/simulator/settings",
            flush=True,
        )
        if options.story == "office_day":
            _tell_office_day(simulator, ended)
        ended.wait()


def _tell_office_day(simulator: Simulator, ended: threading.Event) -> None:
    office_day.fill(simulator.world)
    arriving = (simulator.world, ended)
    threading.Thread(target=office_day.keep_arriving, args=arriving, daemon=True).start()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8025, help="plain http: Graph and the look-alike")
    parser.add_argument("--tls-port", type=int, default=8443, help="https: sign-in")
    parser.add_argument("--data", type=Path, default=Path("data/simulator"), help="folder for certificates")
    parser.add_argument("--public-url", default="http://localhost:8000", help="where the server is")
    parser.add_argument("--story", choices=["office_day", "none"], default="none", help="what happens in it")
    return parser.parse_args()


main()
