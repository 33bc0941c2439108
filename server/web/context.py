"""What a request works with: the parts that `create_app` put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from server.db import Database
from server.graph.access_tokens import AccessTokens
from server.graph.app_tokens import AppTokens
from server.graph.credentials import Credentials
from server.graph.delegated import Delegated
from server.graph.sign_in import SignIn
from server.ingest.engines import Engine
from server.ingest.filing_desk import FilingDesk
from server.ingest.gateway import Gateway
from server.ingest.reception import Reception
from server.ingest.routines import Routines
from server.ingest.turns import Turns
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Bitacora:
    settings: Settings
    database: Database
    tokens: AccessTokens
    sign_in: SignIn
    app_tokens: AppTokens
    delegated: Delegated
    graph: Gateway
    credentials: Credentials
    desk: FilingDesk
    turns: Turns
    routines: Routines
    engine: Engine
    reception: Reception
    clock: Callable[[], datetime]


def bitacora() -> Bitacora:
    return cast(Bitacora, current_app.extensions["bitacora"])
