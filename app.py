"""The command line of Stratoscope; `gunicorn app:server` serves the same application.

python app.py                                   the embedded demo
python app.py --demo lenet5-mnist               a demo of the literature
python app.py --model my.keras --data my.npz    a network of your own
python app.py --model run7/ --data my.npz       every epoch of its training
python app.py --model my.keras --data my.npz --checkpoints run7/    every epoch, as weights alone
python app.py --run run7/                       the same, with the samples that were recorded
python app.py --freeze set.json                 beside the network, the same without some filters
python app.py --softmax history.npz             what a network said, epoch by epoch
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis import archive
from analysis.demos import DEMOS
from analysis.engine import Engine
from analysis.epochs import epochs_of, finished
from analysis.errors import StudyError
from analysis.home import Home
from analysis.opening import find_card, identity
from analysis.store import DiskStore
from dashboard.server import MAX_REQUEST, create_app
from dashboard.settings import Settings, from_environment, parse

DEMO_HELP = "; ".join(f"{demo.name}: {demo.title}" for demo in DEMOS.values())


def parser() -> argparse.ArgumentParser:
    """Every option; what is not given comes from STRATOSCOPE_* or the default."""
    make = argparse.ArgumentParser(
        prog="python app.py",
        description="See what every layer of a trained image classifier does to a whole data set.",
        epilog="Every option can also be set as an environment variable, such as "
        "STRATOSCOPE_PORT=8051 or STRATOSCOPE_DATA_DIR=~/data.",
        argument_default=argparse.SUPPRESS,
    )
    study = make.add_argument_group("what to show")
    study.add_argument("--demo", metavar="NAME", help=f"a demo (default: digits). {DEMO_HELP}")
    study.add_argument(
        "--model",
        metavar="FILE",
        help="a Keras 3 network: a .keras file (or a .h5 that you trust), or a folder with a "
        ".keras file per epoch",
    )
    study.add_argument(
        "--checkpoints",
        metavar="FOLDER",
        help="epochs of the network in --model: a .keras or .weights.h5 file per epoch, as "
        "keras.callbacks.ModelCheckpoint writes them, whose name ends in its number; the last is "
        "the finished network",
    )
    study.add_argument(
        "--data",
        metavar="DATA",
        help="its data: a .npz file, a folder of class folders, or digits, mnist, "
        "fashion_mnist, cifar10",
    )
    study.add_argument(
        "--run",
        metavar="FOLDER",
        help="a training that analysis.history.Recorder keeps with its samples, also while it "
        "goes on",
    )
    study.add_argument(
        "--softmax",
        metavar="FILE",
        help="probabilities of every epoch in a .npz file, without network or images",
    )
    study.add_argument(
        "--embedding",
        action="store_true",
        help="the network ends in an embedding, not in scores of classes",
    )
    study.add_argument(
        "--freeze",
        metavar="FILE",
        help="filters that are frozen, as the Compare page saves them: the network without them "
        "stands beside the study",
    )
    study.add_argument("--split", choices=["test", "train", "all"], help="default: test")
    study.add_argument(
        "--limit", metavar="N", help="show at most N samples (default: 10000), or 'all'"
    )
    study.add_argument("--seed", metavar="N", help="of the choice of samples (default: 0)")
    study.add_argument(
        "--data-dir",
        metavar="DIR",
        help="folder with mnist.npz, fashion_mnist.npz, cifar10.npz, for machines without a "
        "network",
    )
    server = make.add_argument_group("how to serve it")
    server.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    server.add_argument("--port", metavar="N", help="default: 8050")
    server.add_argument(
        "--password", help="asked of every browser; better set as STRATOSCOPE_PASSWORD"
    )
    server.add_argument(
        "--no-auth", action="store_true", help="let everybody in who can reach the address"
    )
    server.add_argument(
        "--allow-host",
        dest="hosts",
        action="append",
        metavar="NAME",
        help="another name of this server, as browsers know it; may be repeated",
    )
    work = make.add_argument_group("where the work is done and kept")
    work.add_argument("--home", metavar="DIR", help="where results and groups are kept")
    work.add_argument(
        "--memory",
        dest="budget",
        metavar="SIZE",
        help="for activations and distances in the worker (default: 2GiB)",
    )
    work.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster to use")
    work.add_argument(
        "--debug", action="store_true", help="log everything; a reload takes up changed modules"
    )
    return make


def settings_from(arguments: Sequence[str]) -> Settings:
    """Defaults, then the environment, then the command line.

    Raises: StudyError if they do not make sense.
    """
    given: dict[str, Any] = vars(parser().parse_args(arguments))
    values = from_environment(os.environ)
    for name, value in given.items():
        if name == "hosts":
            values[name] = tuple(value)
        else:
            values[name] = parse(name, value) if isinstance(value, str) else value
    for name in ("home", "data_dir", "model", "checkpoints", "data", "softmax", "run", "freeze"):
        if values.get(name):
            expanded = _expanded(name, values[name])
            values[name] = expanded if name == "home" else str(expanded)
    return Settings(**values).check()


def _expanded(name: str, text: str | Path) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise StudyError(f"--{name.replace('_', '-')} {text}: {error}") from error


def open_first(settings: Settings, home: Home, engine: Engine) -> None:
    """Open a network of the user's own before the server starts, so that what is wrong with it
    is said on the command line.

    Raises: StudyError if network and data cannot be opened or do not fit each other.
    """
    source = settings.source
    if not source.model:
        return
    file = finished(Path(source.model))
    for each in {file, *(epoch.path for epoch in epochs_of(source)[-1:])}:
        if each.suffix == ".keras":
            archive.inspect(each)
    if find_card(DiskStore(home), source) is not None:
        return
    job = f"open-{identity(source)}"
    beside = "" if source.data == source.model else f" with {source.data}"
    say(f"Opening {source.model}{beside} ...")
    engine.start()
    engine.submit(job, "open_study", {"source": asdict(source)})
    while engine.running(job):
        time.sleep(0.1)
    note = engine.note(job)
    if note is None or note.state != "done":
        raise StudyError((note and note.error) or "The worker ended without an answer.")


def say(text: str) -> None:
    """Print a line for the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def serve(settings: Settings) -> None:
    """Run until somebody stops it."""
    from waitress import create_server  # noqa: PLC0415 - gunicorn does without it

    home = Home(settings.home)
    engine = Engine(home, settings.scheduler)
    try:
        app = create_app(settings, engine)
        try:
            server = create_server(
                app.server,
                host=settings.host,
                port=settings.port,
                threads=8,
                ident="stratoscope",
                channel_timeout=60,
                max_request_body_size=MAX_REQUEST,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StudyError(
                f"Cannot listen on {settings.host}:{settings.port}: {reason}. "
                "Another program may be there already; choose another --port or --host."
            ) from error
        try:
            open_first(settings, home, engine)
        except BaseException:
            server.close()
            raise
        # The first page goes before the workers, who take most of two processors to come up; a
        # job that comes earlier starts them at once.
        waker = threading.Timer(3.0, engine.warm)
        waker.daemon = True
        waker.start()
        host = "localhost" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        say(f"Stratoscope is at http://{host}:{server.effective_port}  (Ctrl-C ends it)")
        try:
            server.run()
        finally:
            waker.cancel()
    finally:
        engine.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns: the exit code; 2 for what the user can mend."""
    try:
        settings = settings_from(sys.argv[1:] if arguments is None else arguments)
        logging.basicConfig(
            level=logging.DEBUG if settings.debug else logging.WARNING,
            format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        )
        os.umask(0o077)  # what is kept is for the user alone, in every process of ours
        signal.signal(signal.SIGTERM, _interrupt)
        serve(settings)
    except StudyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        say("")
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def __getattr__(name: str) -> Any:
    """`app:server`, made when a server such as gunicorn asks for it."""
    if name == "server":
        return create_app(settings_from([])).server
    raise AttributeError(name)


if __name__ == "__main__":
    sys.exit(main())
