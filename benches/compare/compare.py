#!/usr/bin/env python3
"""Times stscope against other ways to the same answer, and checks that the answers are the same.

The question: calls to STS by host, VPC endpoint and principal, each call counted once. The rule is
stscope's own, which the manual spells out. All answer it of the same archive, on as many
threads or processes, in turns and in another order each round, after one run that is not timed.
The limit, which reads and inflates the files and does nothing else, answers nothing; the other
times are also given as multiples of its times. Where other work runs beside, believe the CPU's.

    python3 benches/compare/compare.py
    python3 benches/compare/compare.py --rounds 9 --archive FOLDER --bin target/release

Run it from anywhere, on a machine that does nothing else. It needs Python 3.11, Cargo, and PyPI for
the peers, whose versions are pinned below; ripgrep and Suzaku take part if they are on the PATH, and
so does jq, timed once, as it is slow. The table on standard output is Markdown. Everything made is
removed at the end but what Cargo built; --keep leaves it there, and --archive and --venv use it
again.

What the columns say, and do not:
- wall: from starting a process to its end, start-up (of Python, too) included.
- CPU: user and system, of all its processes.
- peak memory: of the largest process alone, as the kernel counts it (ru_maxrss). Several processes
  together (CPython, jq) take more. About 8 MiB is the least that can be seen: measure.py says why.
- Files are in the page cache: this measures work, not disks.

Peers are given their best known configuration; what else was tried stands in each one's file. They
may rely on what stscope does not: that files are sound, that CloudTrail writes the name of the
service with no escapes, that a record's text holds `"eventSource":"sts.amazonaws.com"` unspaced.

Where stscope is not the best choice is timed, too. A table that DuckDB has loaded, with all
services in it, answers further questions without reading the files again, and questions that are
not about STS. The last row is what loading it takes. Much of the time of the rows that ask is the
start of Python and DuckDB: in a session that stays open, it falls away.
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PINS = {
    "duckdb": "2.0.1",
    "chdb": "4.4.0",
    "chdb-core": "26.9.0",
    "orjson": "3.13.0",
    "msgspec": "0.22.0",
    "isal": "1.9.1",
}
ARCHIVE = "--files 400 --records 870 --sts-share 0.10 --seed 1".split()
GROUP_BY = ["client_provided_host_header", "vpc_endpoint_id", "principal"]
LIMIT = "the limit: read and inflate, nothing else"

Peer = collections.namedtuple("Peer", "name command answers once", defaults=(True, False))
Run = collections.namedtuple("Run", "wall cpu memory")


class Failed(Exception):
    """A step failed; what it is called and why."""


def step(name, command, **options):
    """Run what is not timed; its output is shown only if it fails."""
    print(f"compare: {name}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **options,
        )
    except OSError as error:
        raise Failed(f"{name}: {error}") from None
    if done.returncode:
        output = done.stdout.decode(errors="replace")
        raise Failed(f"{name}: exit code {done.returncode}\n{output}")


# --- what is needed -----------------------------------------------------------------------------


def build():
    """Build, and return the folder of the binaries."""
    step(
        "build stscope and the examples",
        "cargo build --release --bin stscope --examples".split(),
        cwd=PROJECT,
    )
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    return PROJECT / target / "release"


def find_binary(folder, name):
    for path in (folder / name, folder / "examples" / name):
        if path.is_file():
            return path
    raise Failed(f"find the binaries: no {name} in {folder} or its examples/; leave out --bin")


def make_archive(generate, folder):
    step("make the archive", [generate, "archive", folder, *ARCHIVE])
    return folder


def make_venv(folder, pinned=PINS):
    """The Python of an environment with the peers, made or completed."""
    python = folder / "bin" / "python"
    if not python.exists():
        step("make a virtual environment", [sys.executable, "-m", "venv", folder])
    pins = [f"{name}=={version}" for name, version in pinned.items()]
    step(
        "install the peers from PyPI",
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins],
    )
    return python


# --- one run ------------------------------------------------------------------------------------


def timed(name, command, output):
    """Run a command to its end; its standard output goes to the file `output`."""
    errors = output.with_suffix(".stderr")
    measure = [sys.executable, "-I", "-S", HERE / "measure.py", output, errors, *command]
    # Peers import one another; no compiled copies are left beside them.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [str(part) for part in measure], stdout=subprocess.PIPE, env=environment
    ) as process:
        try:
            told, _ = process.communicate()
        except BaseException:
            # It ends what it runs, too.
            process.terminate()
            raise
    if process.returncode:
        raise Failed(f"run {name}: it could not be started or measured")
    measured = json.loads(told)
    if exit_code := measured.pop("exit_code"):
        tail = errors.read_text(errors="replace")[-3000:]
        raise Failed(f"run {name}: exit code {exit_code}\n{tail}")
    return Run(**measured)


def without_guard(cell):
    """A cell without the quote that stscope puts before what a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r\n") else cell


def counts_in(output):
    with open(output, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    counts = {
        tuple(without_guard(row[column]) for column in GROUP_BY): int(row["calls"]) for row in rows
    }
    if len(counts) != len(rows):
        raise Failed(f"check the counts: {output} has a group twice")
    return counts


def check(name, counts, expected):
    if not expected:
        raise Failed("check the counts: stscope found no call; use an archive that has some")
    different = [g for g in expected.keys() | counts.keys() if expected.get(g) != counts.get(g)]
    if different:
        rows = "\n".join(
            f"  {', '.join(group)}: stscope {expected.get(group, 0)}, {name} {counts.get(group, 0)}"
            for group in sorted(different)[:10]
        )
        raise Failed(
            f"check the counts: {name} differs from stscope in {len(different)} groups\n{rows}"
        )


# --- the comparison -----------------------------------------------------------------------------


def peers(options, folder, archive, python):
    """Everything that is timed in turns, stscope first, and loading the table."""
    threads = options.threads
    binaries = options.bin
    table = folder / "table.duckdb"
    duckdb = f"DuckDB {PINS['duckdb']}"
    stscope = [find_binary(binaries, "stscope"), "report", "-q", "--format", "csv"]
    stscope += ["--threads", threads, "--group-by", ",".join(GROUP_BY), archive]

    def script(name, *arguments):
        return [python, HERE / name, threads, *arguments]

    listed = [
        Peer("stscope", stscope),
        Peer(LIMIT, [find_binary(binaries, "inflate-only"), threads, archive], answers=False),
        Peer(
            f"ClickHouse {PINS['chdb-core']} (chDB {PINS['chdb']})",
            script("clickhouse_peer.py", archive),
        ),
        Peer(
            f"CPython {platform.python_version()}, msgspec {PINS['msgspec']}",
            script("msgspec_peer.py", archive),
        ),
        Peer(
            f"CPython {platform.python_version()}, orjson {PINS['orjson']}",
            script("orjson_peer.py", archive),
        ),
        Peer(duckdb, script("duckdb_peer.py", archive)),
        Peer(
            f"{duckdb}, asked again of a table it has loaded",
            script("duckdb_table.py", "ask", table),
        ),
        Peer(
            f"{duckdb}, calls by service of that table, no question for stscope",
            script("duckdb_table.py", "services", table),
            answers=False,
        ),
    ]
    if shutil.which("rg"):
        version = subprocess.run(["rg", "--version"], capture_output=True, text=True).stdout
        name = " ".join(version.split()[:2]) or "ripgrep"
        listed.append(
            Peer(
                f"gzip -dc and {name}, hosts alone, copies counted, no question for stscope",
                [HERE / "rg_peer.sh", threads, archive],
                answers=False,
            )
        )
    suzaku = shutil.which("suzaku")
    if suzaku:
        # Its metrics are of one field. They are read by one thread, whatever is asked.
        metrics = [suzaku, "aws-ct-metrics", "--quiet", "--no-color", "--directory", archive]
        listed.append(
            Peer(
                f"{suzaku_version(suzaku)}, hosts alone, copies counted, no question for stscope",
                [*metrics, "--field-name", "tlsDetails.clientProvidedHostHeader"],
                answers=False,
            )
        )
    if shutil.which("jq") and not options.no_jq:
        version = subprocess.run(["jq", "--version"], capture_output=True, text=True).stdout
        name = version.strip().replace("-", " ") or "jq"
        listed.append(Peer(f"{name}, one run", script("jq_peer.py", archive), once=True))
    load = Peer(
        f"{duckdb}, loading that table, one run",
        script("duckdb_table.py", "load", table, archive),
        answers=False,
        once=True,
    )
    return listed, load


def suzaku_version(suzaku):
    """The name of Suzaku with its version, which stands in the first line of its help."""
    told = subprocess.run([suzaku, "aws-ct-metrics", "--help"], capture_output=True, text=True)
    words = told.stdout.split()
    return f"Suzaku {words[1]}" if words[:1] == ["Version"] else "Suzaku"


def compare(options, folder, archive, python):
    listed, load = peers(options, folder, archive, python)
    runs = collections.defaultdict(list)
    expected = {}

    def run(peer, is_timed):
        output = folder / "answer.csv"
        measured = timed(peer.name, peer.command, output)
        if peer.answers:
            counts = counts_in(output)
            # stscope is run first.
            expected.update(counts if not expected else {})
            check(peer.name, counts, expected)
        if is_timed:
            runs[peer.name].append(measured)
        print(f"compare: {measured.wall:8.2f} s  {peer.name}", file=sys.stderr, flush=True)

    print("compare: load the table, warm up", file=sys.stderr)
    run(load, is_timed=True)
    for peer in listed:
        run(peer, is_timed=peer.once)
    in_turns = [peer for peer in listed if not peer.once]
    for number in range(1, options.rounds + 1):
        print(f"compare: round {number} of {options.rounds}", file=sys.stderr)
        random.shuffle(in_turns)
        for peer in in_turns:
            run(peer, is_timed=True)
    return [(peer, runs[peer.name]) for peer in (*listed, load)], expected


def median(runs, field):
    return statistics.median(getattr(run, field) for run in runs)


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def print_table(results, expected, options, archive):
    files = list(archive.rglob("*.json.gz"))
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    print(
        f"{len(files)} files, {megabytes:.0f} MB of gzip, {sum(expected.values()):,} calls to STS "
        f"in {len(expected):,} groups, the same counts from all; {options.threads} threads on "
        f"{os.cpu_count()} cores of {processor()}; median of {options.rounds}.\n"
    )
    limit = next(runs for peer, runs in results if peer.name == LIMIT)
    limit_wall, limit_cpu = median(limit, "wall"), median(limit, "cpu")
    print("| | wall s | CPU s | peak memory MiB | wall against the limit | CPU |")
    print("|---|---:|---:|---:|---:|---:|")

    def order(result):
        peer, runs = result
        # Loading, which answers nothing yet, stands below the answers.
        return peer.once and not peer.answers, median(runs, "wall")

    for peer, runs in sorted(results, key=order):
        wall, cpu = median(runs, "wall"), median(runs, "cpu")
        print(
            f"| {peer.name} | {wall:.2f} | {cpu:.2f} | {median(runs, 'memory'):.0f} "
            f"| {wall / limit_wall:.2f} | {cpu / limit_cpu:.2f} |"
        )


# --- the command line ---------------------------------------------------------------------------


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def folder_that_exists(text):
    path = pathlib.Path(text).resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return path


def add_shared_options(parser, programs):
    """The options of every comparison; `programs` are those of this repository that it runs."""
    parser.add_argument(
        "--rounds", type=at_least_one, default=5, metavar="N", help="timed rounds [default: 5]"
    )
    parser.add_argument(
        "--bin",
        type=folder_that_exists,
        metavar="FOLDER",
        help=f"where {programs} are; else they are built",
    )
    parser.add_argument(
        "--venv",
        type=lambda text: pathlib.Path(text).absolute(),
        metavar="FOLDER",
        help="a virtual environment for the peers, made where there is none, and kept",
    )


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_shared_options(parser, "stscope, inflate-only and generate")
    parser.add_argument(
        "--threads",
        type=at_least_one,
        default=os.cpu_count(),
        metavar="N",
        help="threads, or processes, of each [default: all cores]",
    )
    parser.add_argument(
        "--archive",
        type=folder_that_exists,
        metavar="FOLDER",
        help="an archive that exists, of gzipped CloudTrail files (*.json.gz) alone",
    )
    parser.add_argument("--no-jq", action="store_true", help="leave out jq")
    parser.add_argument("--keep", action="store_true", help="keep what was made, and say where")
    return parser.parse_args()


def main():
    options = parse_options()
    # Being ended is being interrupted: what was made is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stscope-compare-"))
    try:
        options.bin = options.bin or build()
        for name in ("stscope", "inflate-only"):
            find_binary(options.bin, name)
        archive = options.archive or make_archive(
            find_binary(options.bin, "generate"), folder / "archive"
        )
        python = make_venv(options.venv or folder / "venv")
        results, expected = compare(options, folder, archive, python)
        print_table(results, expected, options, archive)
    except Failed as failure:
        print(f"compare: failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare: interrupted", file=sys.stderr)
        return 130
    finally:
        if options.keep:
            print(f"compare: kept {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
