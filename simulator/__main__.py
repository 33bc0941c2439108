"""`python -m simulator`: a Microsoft 365 on this computer until Ctrl-C."""

import argparse
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
        options.data, port=options.port, tls_port=options.tls_port, public_url=options.public_url
    ) as simulator:
        build_firm(simulator.world)
        if options.story == "office_day":
            office_day.fill(simulator.world)
            threading.Thread(
                target=office_day.keep_arriving, args=(simulator.world, ended), daemon=True
            ).start()
        ended.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8025, help="plain http: Graph and the look-alike")
    parser.add_argument("--tls-port", type=int, default=8443, help="https: sign-in")
    parser.add_argument("--data", type=Path, default=Path("data/simulator"), help="folder for certificates")
    parser.add_argument("--public-url", default="http://localhost:8000", help="where the server is")
    parser.add_argument("--story", choices=["office_day", "none"], default="none")
    return parser.parse_args()


main()
