"""The server: one process, one thread for requests, ended gently by SIGTERM and Ctrl-C."""

from __future__ import annotations

import resource
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn

from leadline.service.providers import Provider
from leadline.service.service import Service
from leadline.web.app import application
from leadline.web.front import Front

IDLE_SECONDS = 65
"""How long a connection may rest; longer than the minute of common proxies."""
STOP_SECONDS = 15
MOST_CONNECTIONS = 4000
OTHER_FILES = 500


class _Server(uvicorn.Server):
    """A server that ends by SIGTERM as by its own will, so that the service can end too."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no more, and let go of who only listens."""
        self._service.is_ending = True
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {
            each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _allow_connections() -> None:
    """Have as many files open at a time as connections may be; shells often allow fewer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def serve(  # noqa: PLR0913 - where, and to whom
    service: Service,
    host: str,
    port: int,
    front: Front,
    *,
    open_metrics: bool = False,
    territory: str = "",
    named: Sequence[Provider] = (),
    second_factor: Collection[str] = (),
) -> None:
    """Answer on an address, for a service that was started, until the process is told to end."""
    _allow_connections()
    config = uvicorn.Config(
        application(
            service,
            front,
            open_metrics=open_metrics,
            territory=territory,
            named=named,
            second_factor=second_factor,
        ),
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,  # what it says goes where the service's own lines go
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=list(front.proxies),
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=MOST_CONNECTIONS,
        lifespan="on",
    )
    _Server(config, service).run()
