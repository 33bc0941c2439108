"""The engine of many machines: Procrastinate's queue in the same PostgreSQL.

For each mailbox at most one job waits (`queueing_lock`) and one runs (`lock`). Every second one
worker looks for due mailboxes that nobody woke. A worker that dies leaves its job behind, and with it the
mailbox's lock; after thirty seconds the job is thrown away, for what was to be done stands in the inbox.
A worker that lives may leave one behind too, if its connection dies as it writes the job's end.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from psycopg_pool import ConnectionPool, PoolTimeout

from server.ingest.engines.threads import FAULT_S, LEASES_EVERY_S, survive
from server.ingest.routines import Routines
from server.ingest.turns import Turns

# Four mailboxes at once, and room for what happens by the clock.
JOBS_AT_ONCE = 6
DRAIN = "drain"
STALLED_S = 30.0
ABANDONED_S = 10.0
GRACE_S = 20.0
WAKING_TIMEOUT_S = 2.0
# The sixth field of these is seconds.
EVERY_1_S, EVERY_5_S, EVERY_15_S = (f"* * * * * */{seconds}" for seconds in (1, 5, 15))
log = structlog.get_logger(__name__)


class PostgresqlQueue:
    def __init__(self, conninfo: str, turns: Turns, routines: Routines) -> None:
        self._conninfo = conninfo
        self._turns = turns
        self._routines = routines
        self._opening = threading.Lock()
        self._pool: ConnectionPool | None = None
        self._waking: App | None = None
        self._threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: asyncio.Task[None] | None = None
        self._worker_id: int | None = None
        self._running = set[int | None]()

    def wake(self, account_ids: Collection[int]) -> None:
        try:
            for account_id in account_ids:
                self._wake(account_id)
        except (ConnectorException, PoolTimeout) as error:
            log.info("nobody woken", error=type(error).__name__)

    def start(self) -> None:
        self._turns.stopping.clear()
        self._loop = loop = asyncio.new_event_loop()
        self._threads = [
            threading.Thread(target=self._run, args=(loop,), name="queue", daemon=True),
            threading.Thread(target=self._keep_leases, name="leases", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._turns.stopping.set()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._cancel)
            self._loop = None
        for thread in self._threads:
            thread.join()
        with self._opening:
            if self._pool is not None:
                self._pool.close()
            self._pool = self._waking = None

    def wait(self) -> None:
        self._turns.stopping.wait()

    def _app_over(self, connector: BaseConnector) -> App:
        """A task belongs to the app that it was told to, and an app has one kind of connection."""
        app = App(connector=connector)
        app.task(name=DRAIN, pass_context=True)(self._run_job)
        for name, cron, run in (
            ("look", EVERY_1_S, self._look),
            ("routines", EVERY_5_S, self._run_routines),
            ("rescue", EVERY_15_S, _rescuer(app)),
        ):
            # Without a lock, which a worker that dies would hold: the one that throws such jobs away too.
            app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(run))
        return app

    def _wake(self, account_id: int) -> None:
        app = self._open()
        mailbox = f"mailbox {account_id}"
        # Asked first: a refused INSERT would stand in PostgreSQL's log as an error.
        if app.job_manager.list_jobs(queueing_lock=mailbox, status=Status.TODO.value):
            return
        task = app.configure_task(DRAIN, lock=mailbox, queueing_lock=mailbox)
        try:
            task.defer(account_id=account_id)
        except AlreadyEnqueued:
            return

    def _open(self) -> App:
        """Connect with the first wake-up: a server that forks must not have connected before."""
        with self._opening:
            if self._waking is None:
                self._pool = ConnectionPool(
                    self._conninfo,
                    min_size=1,
                    max_size=4,
                    timeout=WAKING_TIMEOUT_S,
                    open=False,
                    check=ConnectionPool.check_connection,
                )
                self._pool.open()
                self._waking = self._app_over(SyncPsycopgConnector())
                self._waking.open(self._pool)
            return self._waking

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work until told to stop; a database that goes away ends the worker and not the process."""
        asyncio.set_event_loop(loop)
        loop.set_default_executor(ThreadPoolExecutor(JOBS_AT_ONCE, "worker"))
        while not self._turns.stopping.is_set():
            try:
                loop.run_until_complete(self._work())
            except asyncio.CancelledError:
                break
            except Exception as error:
                log.error("worker failed", error=type(error).__name__, exc_info=error)
            self._turns.stopping.wait(FAULT_S)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    async def _work(self) -> None:
        connector = PsycopgConnector(conninfo=self._conninfo, max_size=JOBS_AT_ONCE + 2)
        app = self._app_over(connector)
        async with app.open_async():
            self._worker = asyncio.create_task(
                app.run_worker_async(
                    concurrency=JOBS_AT_ONCE,
                    install_signal_handlers=False,
                    listen_notify=True,
                    delete_jobs="always",
                    shutdown_graceful_timeout=GRACE_S,
                    stalled_worker_timeout=STALLED_S,
                )
            )
            if self._turns.stopping.is_set():
                self._cancel()
            keeping = asyncio.create_task(self._keep_jobs(app.job_manager))
            try:
                await self._worker
            finally:
                keeping.cancel()

    def _cancel(self) -> None:
        if self._worker is not None:
            self._worker.cancel()

    def _keep_leases(self) -> None:
        while not self._turns.stopping.wait(LEASES_EVERY_S):
            survive(self._turns.keep_leases, self._turns.stopping)

    async def _keep_jobs(self, manager: JobManager) -> None:
        left = set[int | None]()
        while True:
            await asyncio.sleep(ABANDONED_S)
            try:
                left = await self._finish_abandoned(manager, left)
            except Exception as error:
                log.info("jobs not looked at", error=type(error).__name__)

    async def _finish_abandoned(self, manager: JobManager, before: set[int | None]) -> set[int | None]:
        """Throw away what counts as running and is not, seen twice: it would hold its mailbox for ever."""
        jobs = await manager.list_jobs_async(task=DRAIN, status=Status.DOING.value, worker_id=self._worker_id)
        left = {job.id: job for job in jobs if job.id not in self._running}
        for job_id in left.keys() & before:
            log.warning("job without an end thrown away", task=DRAIN)
            await manager.finish_job(left.pop(job_id), status=Status.FAILED, delete_job=True)
        return set(left)

    def _run_job(self, context: JobContext, account_id: int) -> None:
        self._worker_id = context.job.worker_id
        self._running.add(context.job.id)
        try:
            self._take_turn(account_id)
        finally:
            self._running.discard(context.job.id)

    def _take_turn(self, account_id: int) -> None:
        if survive(lambda: self._turns.take(account_id), self._turns.stopping):
            self.wake([account_id])

    def _look(self, timestamp: int) -> None:  # the clock hands it to every periodic job
        survive(lambda: self.wake(self._turns.due()), self._turns.stopping)

    def _run_routines(self, timestamp: int) -> None:
        survive(self._routines.run_due, self._turns.stopping)


def _rescuer(app: App) -> Callable[[int], Awaitable[None]]:
    async def rescue(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
            log.warning("job of a dead worker thrown away", task=job.task_name)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    return rescue
