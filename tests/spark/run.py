#!/usr/bin/env python3
"""Runs stscope.spark for tests/it/spark.rs.

    run.py install VENV                          make a virtual environment with Spark, from PyPI
    run.py units PROGRAM                         test what needs no Spark
    run.py local PROGRAM RESULTS LOGS...         ask questions of LOGS on this machine
    run.py cluster PROGRAM RESULTS LOGS...       the same on a master and two workers, each time with an
                                                 executor killed while it reads
    run.py prefixes PROGRAM RESULTS URLS...      ask about prefixes of S3, which tasks list

The last four with the Python of that environment. RESULTS gets NAME.part, and the question as NAME.words.
All that is started is on 127.0.0.1 and is ended by its process id.
"""

import contextlib
import glob
import io
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PINS = ["pyspark==4.3.0", "pyarrow==26.0.1", "pandas==2.3.3", "maturin==1.16.0"]

sys.path[:0] = [str(HERE.parent.parent / "python"), str(HERE.parent), str(HERE)]

import pypi


def environment(folder):
    """What Spark is to know of this machine."""
    os.environ.update(
        PYSPARK_PYTHON=sys.executable,
        PYSPARK_DRIVER_PYTHON=sys.executable,
        SPARK_LOCAL_IP="127.0.0.1",
        SPARK_LOCAL_DIRS=str(folder),
        # What lives for seconds is not worth the second compiler.
        JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    )


def session(master, **options):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("stscope")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "768m",
        "spark.sql.shuffle.partitions": "4",
        # What snappy brings does not load on every Linux.
        "spark.sql.parquet.compression.codec": "uncompressed",
        "spark.sql.orc.compression.codec": "none",
        **options,
    }.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def keep(results, name, words, part):
    (results / f"{name}.words").write_text(words)
    shutil.move(part, results / f"{name}.part")


def ask(results, name, words, *options):
    """Asks as a user does, and keeps the part."""
    from stscope import spark

    part = results / "new"
    code = spark.main([*options, "-o", str(part), *words.split()])
    assert code == 0, f"{name}: exit code {code}"
    keep(results, name, words, part)


def local(program, results, logs):
    from stscope import spark as module

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment(folder)
        spark = session("local[2]", **{"spark.sql.files.ignoreCorruptFiles": "true"})
        paths = folder / "paths.txt"
        paths.write_text("".join(f"{path}\n" for path in logs))
        options = ["--paths", str(paths), "--program", program]
        several = [*options, "--tasks", "7", "--parts", "70"]
        ask(results, "report", "report", *several)
        ask(results, "plan", "plan --since 2025-11-02", *several)
        ask(results, "regions", "regions", *options)

        # The same files as other manifests.
        lines = subprocess.run([program, "map", "report", "--list", *logs], stdout=subprocess.PIPE, check=True).stdout
        fields = [line.split("\t") for line in lines.decode().splitlines()]
        rows = [(path, int(size), etag) for size, etag, path in fields]
        table = spark.createDataFrame(rows, module.MANIFEST)
        table.selectExpr("path", "size").write.parquet(str(folder / "keys.parquet"))
        ask(results, "parquet", "report --group-by sdk,day", "--manifest", str(folder / "keys.parquet"), "--tasks", "3",
            "--parts", "2", "--program", program)
        (folder / "keys.tsv").write_bytes(lines)
        # As --files ships it: found without being named, and whatever its mode.
        copy = folder / "stscope"
        shutil.copyfile(program, copy)
        spark.sparkContext.addFile(str(copy))
        ask(results, "tsv", "report --no-dedup", "--manifest", str(folder / "keys.tsv"), "--tasks", "2")
        # Files that Spark reads itself. Hidden ones it leaves out, and there are none.
        both = folder / "both"
        both.mkdir()
        part = module.run(spark, ("plan",), manifest=table.selectExpr("etag", "1 other", "path", "size"), program=program)
        (results / "new").write_bytes(part)
        keep(results, "frame", "plan", results / "new")
        part = module.run(spark, ("report",), binary_files=[f"file://{path}" for path in logs], parts=3, program=program)
        (results / "new").write_bytes(part)
        keep(results, "binary", "report", results / "new")

        inventories(spark, module, folder)
        faults(module, options, folder)
        spark.stop()
        submit(copy, results, paths)


def submit(program, results, paths):
    """As users start it on a cluster: the program and the module as two files, and no package anywhere."""
    import pyspark

    home = pathlib.Path(pyspark.__file__).parent
    settings = ["spark.ui.enabled=false", "spark.driver.memory=768m", "spark.sql.shuffle.partitions=4"]
    subprocess.run(
        [home / "bin" / "spark-submit", "--master", "local[2]", *(word for one in settings for word in ("--conf", one)),
         "--files", program, HERE.parent.parent / "python" / "stscope" / "spark.py", "--paths", paths, "--tasks", "5",
         "-o", results / "new", "report", "--group-by", "principal,day"],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"SPARK_HOME": str(home)},
        cwd=paths.parent,
        check=True,
    )
    keep(results, "submit", "report --group-by principal,day", results / "new")


def prefixes(program, results, urls):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment(folder)
        spark = session("local[2]")
        paths, saved = folder / "paths.txt", folder / "saved"
        paths.write_text("".join(f"{url}\n" for url in urls))
        common = ["--program", program, "--tasks", "4"]
        ask(results, "listed", "report", "--paths", str(paths), "--save-manifest", f"file://{saved}", *common)
        ask(results, "saved", "report", "--manifest", f"file://{saved}", *common)
        spark.stop()


def inventories(spark, module, folder):
    """What an S3 Inventory lists, in its formats, with what is to be left out."""
    import json

    place = folder / "inventory-bucket"
    columns = ["bucket", "key", "version_id", "is_latest", "is_delete_marker", "size", "e_tag"]
    rows = [
        ("b12", "AWSLogs/a b.json.gz", "1", True, False, 10, "0a"),
        ("b12", "AWSLogs/a b.json.gz", "0", False, False, 11, "0b"),
        ("b12", "AWSLogs/gone.json.gz", "2", True, True, None, None),
    ]
    table = spark.createDataFrame(rows, "bucket string, key string, version_id string, is_latest boolean, "
                                        "is_delete_marker boolean, size long, e_tag string")
    encoded = table.selectExpr("bucket", "url_encode(key) key", *columns[2:])
    expected = [("s3://b12/AWSLogs/a b.json.gz", 10, '"0a"')]
    schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, ETag"
    for kind in ("parquet", "orc", "csv"):
        (encoded if kind == "csv" else table).write.format(kind).save(str(place / kind))
        files = [{"key": f"{kind}/{pathlib.Path(path).name}"} for path in glob.glob(f"{place}/{kind}/part-*")]
        listed = {"destinationBucket": f"arn:aws:s3:::{place}", "fileFormat": kind.upper(), "fileSchema": schema,
                  "files": files}
        manifest = folder / f"{kind}-manifest.json"
        manifest.write_text(json.dumps(listed, indent=1))
        found = module.read_manifest(spark, f"file://{manifest}").collect()
        assert [tuple(row) for row in found] == expected, f"{kind}: {found}"
    places = module.places_of(7)
    at = spark.createDataFrame([(place,) for place in places], "place int").repartition(7, "place")
    from pyspark.sql import functions as F

    found = {row["place"]: row["at"] for row in at.withColumn("at", F.spark_partition_id()).collect()}
    assert [found[place] for place in places] == list(range(7)), found


def faults(module, options, folder):
    """What cannot be done is said in one line, with the words of the program."""

    def fails(typed, *reasons):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = module.main(typed)
        assert code == 2 and all(reason in said.getvalue() for reason in reasons), f"{typed}: {code}: {said.getvalue()}"
        assert len(said.getvalue().strip().splitlines()) < 4, said.getvalue()

    out = str(folder / "none.part")
    fails([*options, "-o", out, "plan", "--endpoint", "global"], "--endpoint")
    # A row of no path, wherever it goes, in a table with columns of its own order and more than these.
    from pyspark.sql import SparkSession

    table = SparkSession.builder.getOrCreate().sql("select 1 other, '' etag, 3 size, path from values ('/a'), (null) t(path)")
    table.write.parquet(str(folder / "lacks.parquet"))
    fails(["--manifest", str(folder / "lacks.parquet"), *options[2:], "-o", out], "a row of the manifest has no path")
    # A list of which a file is cut, on a cluster that would pass it by.
    cut = folder / "cut.parquet"
    table.selectExpr("path", "size").repartition(2).write.parquet(str(cut))
    for file in sorted(cut.glob("part-*"))[:1]:
        file.write_bytes(file.read_bytes()[:100])
    fails(["--manifest", str(cut), *options[2:], "-o", out], "cut.parquet")
    # Places that there are not, told before the work.
    fails([*options, "-o", "s3://work/x.part"], 'No FileSystem for scheme "s3"')
    fails(["--manifest", str(folder / "manifest.json"), *options[2:], "-o", out], "name it there: s3://")
    # One that is sound here and ends with an error in a task.
    broken = folder / "broken"
    broken.write_text('#!/bin/sh\ncase "$*" in *"--quiet"*) echo "the disk is on fire" >&2; exit 2;; esac\n'
                      f'exec {options[-1]} "$@"\n')
    broken.chmod(0o755)
    fails([*options[:2], "--program", str(broken), "-o", out], "stscope map report ended with 2", "the disk is on fire")
    # One that leaves things out.
    loses = folder / "loses"
    loses.write_text(f'#!/bin/sh\n[ "$1" = settle ] && [ "$2" = event ] && {{ cat >/dev/null; exit 0; }}\nexec {options[-1]} "$@"\n')
    loses.chmod(0o755)
    fails([*options[:2], "--program", str(loses), "-o", out], "there is no object to read")
    assert not os.path.exists(out)


# --- A cluster -----------------------------------------------------------------------------------


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """A master and two workers, as processes of this one."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        port = free_port()
        self.master = f"spark://127.0.0.1:{port}"
        common = ["--host", "127.0.0.1", "--webui-port", "0"]
        self.start("master.Master", *common, "--port", str(port))
        self.wait_for(port)
        self.workers = [
            self.start("worker.Worker", *common, "--cores", "1", "--memory", "1g", "--work-dir", folder / f"node{n}", self.master)
            for n in (1, 2)
        ]

    def start(self, what, *options):
        import pyspark

        home = pathlib.Path(pyspark.__file__).parent
        log = open(self.folder / f"{what}-{len(self.processes)}.log", "wb")
        process = subprocess.Popen(
            [home / "bin" / "spark-class", f"org.apache.spark.deploy.{what}", *options],
            env={**os.environ, "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "256m", "SPARK_PUBLIC_DNS": "127.0.0.1"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    @staticmethod
    def wait_for(port):
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.1)
        raise AssertionError("the master does not listen")

    def executors(self, worker):
        """The executors that a worker has started, by id. It starts other processes, too: what Hadoop wants to
        know of this machine."""
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            with contextlib.suppress(OSError):
                pid, _, rest = pathlib.Path(path).read_text().partition(" ")
                is_its = int(rest.rpartition(")")[2].split()[1]) == worker.pid
                if is_its and b"CoarseGrainedExecutorBackend" in pathlib.Path(path).with_name("cmdline").read_bytes():
                    found.append(int(pid))
        return found

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


#: Spark 4 can tell by checksums that a task which ran again sent something else; it has to be right without.
CLUSTER = [("false", "report"), ("true", "plan")]


def cluster(program, results, logs):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment(folder)
        paths = folder / "paths.txt"
        paths.write_text("".join(f"{path}\n" for path in logs))
        # Says which lists it was asked to read, and where; the first worker waits for the second, so that
        # this one has read some when its executor is killed, and is reading another: it waits with that for
        # whoever kills it, however busy the machine is. A task that runs again may get its list in another
        # order.
        slow, log, mark = folder / "slow", folder / "lists", folder / "killed"
        slow.write_text(
            f"""#!/bin/sh
case " $* " in *" --list "*) exec {program} "$@";; esac
if [ "$1" = map ]; then
    list=$(mktemp -p {folder}) && cat > "$list" && echo "$(tr '\\0' '\\n' < "$list" | sort | cksum) $(pwd -P)" >> {log}
    turns=0
    while case "$(pwd -P)" in */node1/*) [ "$(grep -c /node2/ {log})" -lt 3 ] && [ $turns -lt 600 ];; *) false;; esac; do
        sleep 0.1
        turns=$((turns + 1))
    done
    while case "$(pwd -P)" in */node2/*) [ "$(grep -c /node2/ {log})" -gt 2 ] && [ ! -e {mark} ] && [ $turns -lt 600 ];; *) false;; esac; do
        sleep 0.1
        turns=$((turns + 1))
    done
    sleep 0.5
    exec {program} "$@" < "$list"
fi
exec {program} "$@"
"""
        )
        slow.chmod(0o755)
        one = Cluster(folder)
        try:
            for checksums, question in CLUSTER:
                with_kill(one, results, paths, slow, log, mark, checksums, question)
        finally:
            one.end()


def with_kill(one, results, paths, slow, log, mark, checksums, question):
    tasks = 16
    spark = session(
        one.master,
        **{
            "spark.cores.max": "2",
            "spark.executor.cores": "1",
            "spark.executor.memory": "512m",
            "spark.shuffle.checksum.enabled": checksums,
            "spark.sql.shuffle.orderIndependentChecksum.enabled": checksums,
            "spark.driver.host": "127.0.0.1",
        },
    )
    try:
        log.write_text("")
        mark.unlink(missing_ok=True)
        killed = []

        def kill():
            for _ in range(1200):
                executors = one.executors(one.workers[1])
                if executors and log.read_text().count("/node2/") > 2:
                    os.kill(executors[0], signal.SIGKILL)
                    mark.touch()
                    return killed.append(executors[0])
                time.sleep(0.05)

        thread = threading.Thread(target=kill)
        thread.start()
        ask(results, question, question, "--paths", str(paths), "--tasks", str(tasks), "--parts", "5",
            "--program", str(slow))
        thread.join()
        assert killed, "no executor was killed"
        lists = [line.split("/")[0] for line in log.read_text().splitlines()]
        assert len(set(lists)) < len(lists), f"{killed}: no task ran again: {log.read_text()}"
    finally:
        spark.stop()


def units(program):
    import units

    units.PROGRAM = program
    result = unittest.TextTestRunner(stream=sys.stderr).run(unittest.defaultTestLoader.loadTestsFromModule(units))
    sys.exit(not result.wasSuccessful())


def main():
    typed = sys.argv[1:]
    if len(typed) == 2 and typed[0] == "install":
        return pypi.install(pathlib.Path(typed[1]), PINS)
    if len(typed) == 2 and typed[0] == "units":
        return units(typed[1])
    if len(typed) > 3 and typed[0] in ("local", "cluster", "prefixes"):
        return {"local": local, "cluster": cluster, "prefixes": prefixes}[typed[0]](typed[1], pathlib.Path(typed[2]), typed[3:])
    sys.exit(__doc__)


if __name__ == "__main__":
    main()
