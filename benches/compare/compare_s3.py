#!/usr/bin/env python3
"""Times stscope against other ways to the same answer of an archive in S3, and checks the answers.

The question, the columns and the rules are those of compare.py. S3 is `s3-serve`, the server of the
tests, on 127.0.0.1, which waits before each answer as long as S3 does (--delay). It holds the
archive in memory and takes its share of the same cores, as no S3 does: times compare with
each other alone.

    python3 benches/compare/compare_s3.py
    python3 benches/compare/compare_s3.py --files 5000 --records 6

Peers that read S3 themselves are given as many reads at a time as is best for them; those that cannot
are given the files by `aws s3 sync`, into an empty folder each time. DuckDB's extension for S3 is the
newest that PyPI has, so its version is an older one than in compare.py.
"""

import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile

import compare
from compare import HERE, Failed, Peer, find_binary, median, step

PINS = {
    "awscli": "1.46.3",
    "chdb": "4.4.0",
    "chdb-core": "26.9.0",
    "duckdb": "1.5.5",
    "duckdb-extension-httpfs": "1.5.5",
}
BUCKET = "s3://bench/AWSLogs/"
# What was best for each: DuckDB of 2, 16, 64 and 128, ClickHouse of 2, 16 and 64.
DUCKDB_THREADS, CLICKHOUSE_THREADS = 16, 64


def peers(options, folder, python):
    stscope = [find_binary(options.bin, "stscope"), "report", "-q", "--format", "csv"]
    stscope += ["--group-by", ",".join(compare.GROUP_BY)]
    copied = folder / "copied"
    sync = [python.parent / "aws", "s3", "sync", "--only-show-errors", BUCKET, copied / "AWSLogs"]
    duckdb = f"DuckDB {PINS['duckdb']}"
    clickhouse = f"ClickHouse {PINS['chdb-core']} (chDB {PINS['chdb']})"
    cores = os.cpu_count()

    def after_sync(command):
        # "$0" is the folder, and "$@" the command that follows.
        copy = " ".join(f"'{part}'" for part in sync)
        return ["/bin/sh", "-ec", f'rm -rf "$0"; {copy} >&2; "$@"', copied, *command]

    def script(name, threads, where):
        return [python, HERE / name, threads, where]

    aws = f"aws s3 sync {PINS['awscli']}"
    return [
        Peer("stscope", [*stscope, BUCKET]),
        Peer(f"{duckdb}, httpfs", script("duckdb_peer.py", DUCKDB_THREADS, BUCKET)),
        Peer(clickhouse, script("clickhouse_peer.py", CLICKHOUSE_THREADS, BUCKET)),
        Peer(f"{aws} alone", after_sync(["true"]), answers=False),
        Peer(f"{aws}, stscope", after_sync([*stscope, copied])),
        Peer(f"{aws}, {duckdb}", after_sync(script("duckdb_peer.py", cores, copied))),
        Peer(f"{aws}, {clickhouse}", after_sync(script("clickhouse_peer.py", cores, copied))),
    ]


def run_all(options, folder, listed):
    runs = collections.defaultdict(list)
    expected = {}
    for number in range(options.rounds + 1):
        print(f"compare: round {number} of {options.rounds}", file=sys.stderr)
        for peer in listed:
            output = folder / "answer.csv"
            measured = compare.timed(peer.name, peer.command, output)
            if peer.answers:
                counts = compare.counts_in(output)
                # stscope is run first.
                expected.update(counts if not expected else {})
                compare.check(peer.name, counts, expected)
            if number:
                runs[peer.name].append(measured)
            print(f"compare: {measured.wall:8.2f} s  {peer.name}", file=sys.stderr, flush=True)
        # The first round is to warm up.
        random.shuffle(listed)
    return runs, expected


def print_table(runs, expected, options):
    print(
        f"{options.files} files of {options.records} records, {sum(expected.values()):,} calls to STS "
        f"in {len(expected):,} groups, the same counts from all; {options.delay} ms before each answer; "
        f"{os.cpu_count()} cores of {compare.processor()}; median of {options.rounds}.\n"
    )
    own_wall, own_cpu = (median(runs["stscope"], field) for field in ("wall", "cpu"))
    print("| | wall s | CPU s | peak memory MiB | wall against stscope | CPU |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, measured in sorted(runs.items(), key=lambda item: median(item[1], "wall")):
        wall, cpu = median(measured, "wall"), median(measured, "cpu")
        print(
            f"| {name} | {wall:.2f} | {cpu:.2f} | {median(measured, 'memory'):.0f} "
            f"| {wall / own_wall:.2f} | {cpu / own_cpu:.2f} |"
        )


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    compare.add_shared_options(parser, "stscope, s3-serve and generate")
    number = compare.at_least_one
    parser.add_argument("--files", type=number, default=400, metavar="N", help="[default: 400]")
    parser.add_argument("--records", type=number, default=870, metavar="N", help="of a file [870]")
    parser.add_argument("--delay", type=int, default=20, metavar="MS", help="of an answer [20]")
    return parser.parse_args()


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stscope-compare-"))
    server = None
    try:
        options.bin = options.bin or compare.build()
        archive = folder / "archive"
        size = ["--files", options.files, "--records", options.records]
        generate = [find_binary(options.bin, "generate"), "archive", archive, *size]
        step("make the archive", [*generate, "--sts-share", "0.1", "--seed", "1"])
        python = compare.make_venv(options.venv or folder / "venv", PINS)
        serve = [find_binary(options.bin, "s3-serve"), archive, options.files, options.delay]
        server = subprocess.Popen(
            [str(part) for part in serve], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        # Before the address it prints nothing, and then it has read the archive.
        os.environ["AWS_ENDPOINT_URL"] = server.stdout.readline().strip()
        os.environ.update(
            AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
            AWS_SECRET_ACCESS_KEY="secret",
            AWS_REGION="us-east-1",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true",
        )
        shutil.rmtree(archive)
        runs, expected = run_all(options, folder, peers(options, folder, python))
        print_table(runs, expected, options)
    except Failed as failure:
        print(f"compare: failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare: interrupted", file=sys.stderr)
        return 130
    finally:
        if server:
            # It serves until its standard input ends.
            server.stdin.close()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
