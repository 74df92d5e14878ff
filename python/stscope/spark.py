"""Runs stscope on Spark: an archive too large for one machine, one part of an answer.

Each task reads some of the files with the program `stscope map`, and sends what it found in frames. Frames
of one number meet twice, where `stscope settle` decides what counts once; what is left is added up to one
part, from which `stscope merge` makes the answer: the one of a single run over all files, byte for byte.

This file alone is enough on the driver, and on the executors the program and pyarrow: what a task runs is
sent along. It uses DataFrames alone, so Spark 3.5 and 4, classic and Connect, are all the same to it.
"""

from __future__ import annotations

import argparse
import bisect
import contextlib
import json
import math
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import sysconfig
import tempfile
import traceback
import urllib.parse

EPILOG = """\
examples:
  python -m stscope.spark --paths prefixes.txt -o report.part
  python -m stscope.spark --manifest s3://inventory/trail/all/2026-11-27T01-00Z/manifest.json \\
      -o s3://results/plan.part plan --since 2026-11-01
  spark-submit --files stscope spark.py --manifest keys.parquet --tasks 7500 --parts 600 -o report.part
  python -m stscope.spark --binary-files /Volumes/logs/trail/AWSLogs -o regions.part regions
  stscope merge report.part --format json -o report.json

The program is looked for, in this order: --program, what --files brought, beside the Python of the
executor or the package (pip install stscope), PATH. Executors need pyarrow.

Memory of the program is outside of the JVM's: give executors spark.executor.memoryOverhead for it, for
each task at a time some 100 MB and 100 bytes for each STS call of a part, or 0.5 GB with the defaults.

exit codes: 0 the part is written, damaged files or not: merge tells of them; 2 it is not.
"""

#: A row for each object: `size` is -1 for a prefix that was not listed, with the reason as `etag`.
MANIFEST = "path string, size long, etag string"
#: A frame, and where it is to go.
FRAMES = "place int, data binary"
#: What an object costs to be asked for, whatever its size, in bytes of reading.
EACH = 64 << 10
#: By default a task has so many bytes of gzip, and a part what is in so many.
BYTES_A_TASK = 1 << 30
BYTES_A_PART = 16 << 30
#: How many objects are looked at to weigh tasks, and at most kept on the driver.
SAMPLED = 200_000
MOST_ON_DRIVER = 2_000_000
#: Options of `stscope map` that are decided here.
DECIDED_HERE = (
    "--contents --dry-run --files-from --help --list --manifest --output --parts --quiet --threads -h -o -q"
).split()
#: How many parts one task adds up in the end.
MOST_AT_ONCE = 64
#: The number of a part and its length, before a frame.
HEAD = "<IQ"
HEAD_SIZE = struct.calcsize(HEAD)


class Failed(RuntimeError):
    """stscope did not do what it was asked to. Its last words are in the message."""


# --- On the executors --------------------------------------------------------------------------------


def find_program(given=None):
    """The path of the program: the one given, else what Spark's --files brought, else beside this Python or
    the package, else on PATH."""
    name = "stscope.exe" if os.name == "nt" else "stscope"
    places = [given] if given else [os.path.join(folder, name) for folder in _folders()]
    for place in places:
        if os.path.isfile(place):
            return _executable(place)
    found = None if given else shutil.which(name)
    if found:
        return found
    raise Failed(
        f"no program {given or name}; install the wheel on all machines (pip install stscope), give it to "
        "spark-submit --files, or name it by --program"
    )


def _folders():
    try:
        from pyspark import SparkFiles

        yield SparkFiles.getRootDirectory()
    except Exception:  # noqa: BLE001 - whatever says that there is no Spark here
        pass
    # Where YARN puts what --files names.
    yield os.getcwd()
    yield sysconfig.get_path("scripts")
    # Not resolved: the Python of an environment is a link to another.
    yield os.path.dirname(sys.executable)
    try:
        import stscope

        # pip install --target
        yield os.path.join(os.path.dirname(os.path.dirname(stscope.__file__)), "bin")
    except ImportError:
        pass


def _executable(path):
    """The same program, or a copy that may be run: not everything that ships files keeps their mode."""
    if os.access(path, os.X_OK):
        return path
    copy = os.path.join(tempfile.mkdtemp(prefix="stscope-"), os.path.basename(path))
    shutil.copyfile(path, copy)
    os.chmod(copy, os.stat(copy).st_mode | stat.S_IXUSR)
    return copy


def _ends_with_its_parent():
    """What makes a program end with the Python that started it, where the system can do that."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None
    return lambda: prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL


class Running:
    """The program while it runs: input is written first, all of it, then output is read."""

    def __init__(self, words, given=None, root=None):
        self.words = words
        self.errors = tempfile.TemporaryFile()
        program = find_program(given)
        try:
            self.process = subprocess.Popen(
                [program, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                cwd=root,
                preexec_fn=_ends_with_its_parent(),
            )
        except OSError as error:
            raise Failed(
                f"{program}: {error.strerror}; name a stscope that was built for these machines by --program"
            ) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Does nothing to one that has ended.
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()
        self.errors.close()

    def write(self, data):
        try:
            self.process.stdin.write(data)
        except BrokenPipeError:
            self.end()
            raise Failed(f"stscope {self.words[0]} took no more input and said nothing") from None

    def end_of_input(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def end(self):
        """Waits for its end; raises what it said if that is none of success."""
        code = self.process.wait()
        if code != 0:
            size = self.errors.seek(0, os.SEEK_END)
            self.errors.seek(max(0, size - 8192))
            said = self.errors.read().decode("utf-8", "replace").strip()
            how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
            raise Failed(f"stscope {' '.join(self.words[:2])} {how}: {said or 'it said nothing'}")

    def frames(self):
        """The frames on standard output, each with its number."""
        out = self.process.stdout
        while True:
            head = out.read(HEAD_SIZE)
            if not head:
                return
            if len(head) < HEAD_SIZE:
                raise Failed(f"stscope {self.words[0]} ended within a frame")
            number, length = struct.unpack(HEAD, head)
            if length >= 2**31 - 2**16:
                raise Failed(
                    f"a frame has {length} bytes, and a row of Spark's holds two gigabytes: raise --parts or --tasks"
                )
            data = out.read(length)
            if len(data) < length:
                raise Failed(f"stscope {self.words[0]} ended within a frame")
            yield number, head + data


def _batches_of_frames(running, places):
    """Frames as batches of rows, each with the place that its number goes to. They are as large as what
    waits in memory may be."""
    import pyarrow as pa

    types = [pa.int32(), pa.binary()]
    rows, size = ([], []), 0
    for number, frame in running.frames():
        rows[0].append(places[number % len(places)])
        rows[1].append(frame)
        size += len(frame)
        if size >= 32 << 20:
            yield pa.RecordBatch.from_arrays([pa.array(r, t) for r, t in zip(rows, types)], ["place", "data"])
            rows, size = ([], []), 0
    if rows[0]:
        yield pa.RecordBatch.from_arrays([pa.array(r, t) for r, t in zip(rows, types)], ["place", "data"])
    running.end()


def _root():
    """Where --files are, so that a question may name them: --hosts hosts.txt."""
    try:
        from pyspark import SparkFiles

        root = SparkFiles.getRootDirectory()
        return root if os.path.isdir(root) else None
    except Exception:  # noqa: BLE001 - whatever says that there is no Spark here
        return None


def line_of(path, size, etag):
    """A line of a manifest, as stscope map --manifest reads it."""
    if not path or size is None:
        raise Failed(f"a row of the manifest has no path, or no size that is a number: {path!r}; mend it")
    if "\n" in path or path.endswith("\r") or "\n" in etag or "\t" in etag:
        raise Failed(f"{path!r}: a key with a line end has no place in a manifest; leave it out")
    return f"{'-' if size < 0 else size}\t{etag}\t{path}\n".encode()


def _task_of_map(words, places, program):
    """What reads some of the files. Rows are those of a manifest, or with contents."""

    def run(batches):
        running = None
        with contextlib.ExitStack() as ends:
            for batch in batches:
                for row in batch.to_pylist():
                    if running is None:
                        options = ["--contents"] if "content" in row else []
                        running = Running([*words, "--manifest", "-", *options], program, _root())
                        ends.enter_context(running)
                    content = row.get("content")
                    size = row["size"] if content is None else len(content)
                    running.write(line_of(_of_s3(row["path"]), size, row.get("etag") or ""))
                    if content is not None:
                        running.write(content)
            if running is not None:
                running.end_of_input()
                yield from _batches_of_frames(running, places)

    return run


def _task_of_settle(words, places, program):
    """What decides which calls count once, among those that can be copies of one another."""

    def run(batches):
        running = None
        with contextlib.ExitStack() as ends:
            for batch in batches:
                for data in batch.column(1):
                    running = running or ends.enter_context(Running(words, program))
                    running.write(data.as_buffer())
            if running is not None:
                running.end_of_input()
                yield from _batches_of_frames(running, places)

    return run


def _task_of_list(words, program):
    """What lists folders and prefixes: a row for each object."""

    def run(batches):
        import pyarrow as pa

        def rows(lines):
            fields = [line.split("\t", 2) for line in lines]
            sizes = [-1 if size == "-" else int(size) for size, _, _ in fields]
            columns = [[path for _, _, path in fields], sizes, [etag for _, etag, _ in fields]]
            types = [pa.string(), pa.int64(), pa.string()]
            arrays = [pa.array(column, type) for column, type in zip(columns, types)]
            return pa.RecordBatch.from_arrays(arrays, ["path", "size", "etag"])

        for batch in batches:
            for row in batch.to_pylist():
                here = row["here"]
                named = ["--files-from", "-"] if here is not None else [row["prefix"]]
                with Running([*words, "--list", *named], program, _root()) as running:
                    running.write("\0".join([*(here or []), ""]).encode("utf-8", "surrogateescape"))
                    running.end_of_input()
                    lines = []
                    for line in running.process.stdout:
                        lines.append(line.decode().rstrip("\n"))
                        if len(lines) == 10_000:
                            yield rows(lines)
                            lines = []
                    if lines:
                        yield rows(lines)
                    running.end()

    return run


def _task_of_weigh(bounds, places):
    """What says to which task an object goes: by its path alone, so that nothing moves where Spark reads
    the manifest again."""

    def run(batches):
        import pyarrow as pa

        for batch in batches:
            found = [places[bisect.bisect_right(bounds, path)] for path in batch.column(0).to_pylist()]
            columns = [pa.array(found, pa.int32()), *batch.columns]
            yield pa.RecordBatch.from_arrays(columns, ["place", "path", "size", "etag"])

    return run


def _of_s3(path):
    """The same path in stscope's words."""
    path = re.sub(r"^s3[an]://", "s3://", path)
    # How binaryFile spells files of this machine.
    return re.sub(r"^(dbfs:|file:)/+", "/", path)


# --- On the driver -----------------------------------------------------------------------------------


def places_of(count):
    """For each of so many partitions a number that repartition(count, …) puts there, and there alone: two
    tasks in one partition would leave another without work."""
    places, number = {}, 0
    while len(places) < count:
        places.setdefault(_hash(number) % count, number)
        number += 1
    return [places[at] for at in range(count)]


def _hash(number):
    """The hash of an int in Spark SQL: Murmur3, of 32 bits, with 42 as its seed."""

    def turn(value, bits):
        return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF

    mixed = turn(number * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF
    value = (turn(42 ^ mixed, 13) * 5 + 0xE6546B64 & 0xFFFFFFFF) ^ 4
    value = (value ^ value >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    value ^= value >> 16
    return value - (1 << 32) if value >> 31 else value


def read_paths(lines):
    """Splits what is named into what is on these machines, and prefixes of S3."""
    here, prefixes = [], []
    for line in filter(None, (line.rstrip("\r\n") for line in lines)):
        if "://" in line:
            prefixes.append(_of_s3(line))
        elif os.path.exists(line):
            here.append(_absolute(line))
        else:
            raise Failed(f"--paths: {line}: there is nothing of that name; check it")
    return here, prefixes


def _absolute(path):
    """The same path for a task that runs elsewhere. Behind a link '..' is not the folder before it."""
    return os.path.join(os.getcwd(), path) if ".." in path.split(os.sep) else os.path.abspath(path)


def read_manifest(spark, where):
    """A manifest that is a table: Parquet, ORC, what stscope map --list wrote, or an S3 Inventory."""
    if where.endswith(".json"):
        return _inventory(spark, where)
    if where.endswith((".tsv", ".txt")):
        # A key may have a carriage return in it, and a tab.
        lines = _reader(spark).option("lineSep", "\n").text(where)
        lines = lines.selectExpr("regexp_replace(value, '^\\\\ufeff|\\\\r$', '') line").where("line != ''")
        fields = lines.selectExpr("split(line, '\\t', 3) fields")
        size = "if(fields[0] = '-', -1L, try_cast(fields[0] as long)) size"
        return fields.selectExpr("get(fields, 2) path", size, "coalesce(get(fields, 1), '') etag")
    reader = _reader(spark)
    return _table(reader.orc(where) if where.endswith(".orc") else reader.parquet(where), where)


def _reader(spark):
    """Reads all of it or fails, whatever a cluster is set to: what is passed by would be missed by nobody."""
    return spark.read.option("ignoreCorruptFiles", "false").option("ignoreMissingFiles", "false")


def _inventory(spark, where):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html"""
    if "://" not in where:
        raise Failed(f"--manifest {where}: its files are in the bucket; name it there: s3://BUCKET/.../manifest.json")
    text = "".join(row["value"] for row in _reader(spark).text(where).collect())
    try:
        listed = json.loads(text)
        bucket = listed["destinationBucket"].split(":::")[-1]
        files = [f"{where.split('://')[0]}://{bucket}/{file['key']}" for file in listed["files"]]
        kind = listed["fileFormat"].lower()
    except (KeyError, ValueError, AttributeError) as error:
        raise Failed(f"--manifest {where}: no manifest of an S3 Inventory ({error}); name manifest.json") from None
    if kind == "csv":
        names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()) for name in listed["fileSchema"].split(",")]
        table = _reader(spark).option("escape", '"').csv(files).toDF(*names)
        # Only there keys are encoded, as in a URL.
        return _table(table.selectExpr("*", "url_decode(key) decoded").drop("key"), where, "decoded")
    return _table(_reader(spark).parquet(*files) if kind == "parquet" else _reader(spark).orc(files), where)


def read_binary_files(spark, where):
    """Files that Spark reads itself: path, size and content. It passes by what is empty, which is a failed copy
    where a log should be, so these are added."""
    found = _reader(spark).format("binaryFile").option("recursiveFileLookup", "true").load(where)
    rows = found.selectExpr("path", "length size", "content")
    listed = {urllib.parse.unquote(path) for path in found.inputFiles()}
    if len(listed) == found.select("path").count():
        return rows
    full = {_of_s3(row["path"]) for row in found.select("path").collect()}
    empty = [(path, 0, b"") for path in sorted({_of_s3(path) for path in listed} - full)]
    return rows.unionByName(spark.createDataFrame(empty, "path string, size long, content binary")) if empty else rows


def _table(table, where, key="key"):
    """A table with keys and sizes as a manifest."""
    names = {name.lower(): name for name in table.columns}
    if "size" not in names or not ("path" in names or (key in names and "bucket" in names)):
        raise Failed(
            f"--manifest {where}: no columns path and size, or bucket, key and size, as an S3 Inventory has; "
            f"its columns are {', '.join(table.columns)}"
        )
    if "is_latest" in names:
        table = table.where("coalesce(cast(is_latest as boolean), true)")
    if "is_delete_marker" in names:
        table = table.where("not coalesce(cast(is_delete_marker as boolean), false)")
    path = "path" if "path" in names else f"concat('s3://', bucket, '/', {key})"
    etag = next((name for name in ("etag", "e_tag") if name in names), "''")
    # An inventory has ETags without their quotes.
    quoted = f"if(coalesce({etag}, '') = '' or size < 0 or {etag} like '\"%', coalesce({etag}, ''), concat('\"', {etag}, '\"'))"
    return table.selectExpr(f"{path} path", "cast(size as long) size", f"{quoted} etag")


def list_paths(spark, here, prefixes, words, program):
    """Lists in tasks: what is on these machines in one, as a link may lead from one folder to another, and each
    prefix in one."""
    rows = [(None, prefix) for prefix in sorted(set(prefixes))]
    if here:
        rows.append((here, ""))
    table = spark.createDataFrame(rows, "here array<string>, prefix string")
    return table.repartition(len(rows), "prefix").mapInArrow(_task_of_list(words, program), MANIFEST)


def keep(spark, found, save):
    """What was found, written down before anything is made of it, or on the driver: nothing is listed twice."""
    if save:
        found.write.mode("error").parquet(save)
        return _reader(spark).parquet(save)
    rows = found.limit(MOST_ON_DRIVER + 1).collect()
    if len(rows) > MOST_ON_DRIVER:
        raise Failed(
            f"there are more than {MOST_ON_DRIVER} objects; say by --save-manifest where to write their list as "
            "Parquet, all executors can read"
        )
    return spark.createDataFrame(rows, MANIFEST)


def weigh(manifest):
    """How many bytes reading it is worth, and a sample of it: paths and weights."""
    from pyspark.sql import functions as F

    weights = manifest.select("path", (F.greatest("size", F.lit(0)) + F.lit(EACH)).alias("weight"))
    rows = weights.limit(SAMPLED + 1).collect()
    if len(rows) <= SAMPLED:
        return sum(row["weight"] for row in rows), [tuple(row) for row in rows]
    total = weights.agg(F.count("*").alias("objects"), F.sum("weight").alias("weight")).collect()[0]
    sample = weights.sample(fraction=min(1.0, SAMPLED / total["objects"]), seed=1).collect()
    return total["weight"], [tuple(row) for row in sample]


def bounds_of(sample, tasks):
    """Paths between which tasks weigh the same. In their order accounts and Regions are together, so that a
    part has few texts."""
    sample = sorted(sample)
    share = sum(weight for _, weight in sample) / tasks
    bounds, so_far = [], 0
    for path, weight in sample:
        so_far += weight
        if len(bounds) < tasks - 1 and so_far > share * (len(bounds) + 1):
            bounds.append(path)
    return bounds


def count_of(parts, tasks, weight):
    """How many tasks and parts there are, where it is not said."""
    tasks = tasks or max(1, math.ceil(weight / BYTES_A_TASK))
    return parts or max(1, math.ceil(weight / BYTES_A_PART)), tasks


def run(spark, question=("report",), *, manifest=None, binary_files=None, tasks=None, parts=None, program=None):
    """Asks a question of all objects on a manifest, a DataFrame of path, size and etag; or of what Spark reads
    of `binary_files`. Gives a part of an answer, as bytes.

    Without `parts` and `tasks`, as many as their bytes make sensible."""
    _send_by_value()
    threads = _option(spark, "spark.task.cpus", "1")
    words = ["map", *question, "--quiet", "--threads", threads]
    before = _option(spark, "spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
    if binary_files is not None:
        found = read_binary_files(spark, binary_files)
        weight = 0
        if parts is None:
            weight = found.selectExpr(f"sum(size + {EACH}) weight").collect()[0]["weight"] or 0
        parts, _ = count_of(parts, 1, weight)
        rows = found
    else:
        # Its columns in their order; a row without a path goes somewhere, and whoever reads it refuses it.
        manifest = manifest.selectExpr("coalesce(path, '') path", "cast(size as long) size", "etag")
        weight, sample = weigh(manifest)
        parts, tasks = count_of(parts, tasks, weight)
        if not sample:
            raise Failed("there is no object to read; check what was named")
        task = _task_of_weigh(bounds_of(sample, tasks), places_of(tasks))
        rows = manifest.mapInArrow(task, f"place int, {MANIFEST}").repartition(tasks, "place").drop("place")
    places = places_of(parts)
    few = places_of(math.isqrt(parts) if parts > MOST_AT_ONCE else 1)

    def settle(rule, parts, places):
        return _task_of_settle(["settle", rule, "--parts", str(parts)], places, program)

    try:
        # Frames are large: a batch of them must fit into memory beside all else.
        _set(spark, "spark.sql.execution.arrow.maxRecordsPerBatch", "16")
        frames = rows.mapInArrow(_task_of_map([*words, "--parts", str(parts)], places, program), FRAMES)
        # Equal numbers meet: all deliveries of an event, then all copies of a call.
        frames = frames.repartition(parts, "place").mapInArrow(settle("event", parts, places), FRAMES)
        frames = frames.repartition(parts, "place").mapInArrow(settle("shared", parts, few), FRAMES)
        # Sums alone are left: one task adds them up, or many, and one what these have.
        if len(few) > 1:
            frames = frames.repartition(len(few), "place").mapInArrow(settle("shared", 1, [0]), FRAMES)
        frames = frames.repartition(1, "place").mapInArrow(settle("shared", 1, [0]), FRAMES)
        rows = frames.collect()
    finally:
        _set(spark, "spark.sql.execution.arrow.maxRecordsPerBatch", before)
    if len(rows) != 1:
        raise Failed("there is no object to read; check what was named")
    return bytes(rows[0]["data"])[HEAD_SIZE:]


def _option(spark, name, default):
    try:
        return spark.conf.get(name, default)
    except Exception:  # noqa: BLE001 - Connect refuses what is no option of SQL
        return default


def _set(spark, name, value):
    """Sets an option, where that is allowed: serverless compute has a list of those that are."""
    with contextlib.suppress(Exception):
        spark.conf.set(name, value)


def _send_by_value():
    """Has Spark send what tasks run as it is: executors need no package of that name."""
    module = sys.modules[__name__]
    if __name__ != "__main__":
        from pyspark import cloudpickle

        cloudpickle.register_pickle_by_value(module)


def write(spark, part, output, program):
    """Writes a part, whole or not at all; what does not add up is refused before that."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "whole.part")
        try:
            with Running(["merge", "-", "-o", file], program) as running:
                running.write(part)
                running.end_of_input()
                running.end()
        except Failed:
            if os.path.exists(file) or _has(program):
                raise
            # A client of Spark Connect: whoever merges the part sees whether it adds up.
            with open(file, "wb") as out:
                out.write(part)
        if "://" in output:
            return _upload(spark, file, output)
        beside = f"{output}.{os.getpid()}.partial"
        try:
            shutil.copyfile(file, beside)
            os.replace(beside, output)
        except OSError as error:
            raise Failed(f"-o {output}: {error.strerror}; name a file that can be written") from None


def check_output(output):
    """Whether a part can be written there, before the work."""
    if "://" in output:
        return
    folder = os.path.dirname(os.path.abspath(output))
    if os.path.isdir(output):
        raise Failed(f"-o {output}: that is a folder; name a file")
    if not os.path.isdir(folder):
        raise Failed(f"-o {output}: there is no folder {folder}; make it, or name a file elsewhere")
    if not os.access(folder, os.W_OK):
        raise Failed(f"-o {output}: {folder} cannot be written to; name a file elsewhere")


def _has(program):
    try:
        return bool(find_program(program))
    except Failed:
        return False


def _place(spark, output):
    """A place that Hadoop writes to, and its file system."""
    try:
        jvm, settings = spark._jvm, spark._jsc.hadoopConfiguration()
    except Exception:  # noqa: BLE001 - Connect has none
        raise Failed(f"-o {output}: Spark Connect writes no such file; name one of this machine") from None
    target = jvm.org.apache.hadoop.fs.Path(output)
    return target, target.getFileSystem(settings), jvm


def _upload(spark, file, output):
    """Writes to wherever Hadoop can."""
    target, system, jvm = _place(spark, output)
    system.copyFromLocalFile(False, True, jvm.org.apache.hadoop.fs.Path(f"file://{file}"), target)


def arguments(typed):
    parser = argparse.ArgumentParser(
        prog="python -m stscope.spark",
        description="Reads CloudTrail logs on Spark, and writes one part of an answer, for 'stscope merge'.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--manifest",
        metavar="TABLE",
        help="what to read, listed before: Parquet or ORC with path and size (etag), or bucket, key and size; "
        "manifest.json of an S3 Inventory; or .tsv as 'stscope map --list' writes",
    )
    what.add_argument(
        "--paths", metavar="FILE", help="files, folders that all machines see, and s3:// prefixes, one a line"
    )
    what.add_argument(
        "--binary-files",
        metavar="PATH",
        help="a folder that Spark reads itself, where tasks may not (Databricks serverless); it passes by names "
        "that begin with _ or a dot",
    )
    parser.add_argument("--tasks", type=int, metavar="N", help="tasks that read [default: one a GiB, or 16,384 files]")
    parser.add_argument(
        "--parts", type=int, metavar="N", help="parts in which copies of calls meet [default: one for 16 GiB]"
    )
    parser.add_argument("--save-manifest", metavar="URL", help="with --paths: write the list there first, as Parquet")
    parser.add_argument("--program", metavar="PATH", help="the program stscope on the executors")
    parser.add_argument("-o", "--output", metavar="PART", required=True, help="the part; s3:// and others by Hadoop")
    parser.add_argument(
        "question",
        nargs=argparse.REMAINDER,
        metavar="QUESTION ...",
        help="as for 'stscope map': report (the default), plan, regions, trend, overview, with the options of it",
    )
    asked = parser.parse_args(typed)
    asked.question = asked.question or ["report"]
    for option in ("tasks", "parts"):
        count = getattr(asked, option)
        if count is not None and not 1 <= count <= 1 << 20:
            parser.error(f"--{option} {count}: a number from 1 to {1 << 20}")
    if asked.save_manifest and not asked.paths:
        parser.error("--save-manifest: only what is listed for --paths is written down; leave it out")
    for before, word in zip([""] + asked.question, asked.question):
        # Short ones may be in one word: -qo FILE.
        if word.split("=")[0] in DECIDED_HERE or re.match(r"-[hqo]", word):
            parser.error(f"{word}: that is decided here; leave it out, or give it before {asked.question[0]}")
        if re.fullmatch(r"(--(since|until)=)?\d+[hdw]", word) and (word[0] == "-" or before in ("--since", "--until")):
            parser.error(f"{word}: tasks begin at different times; give a time in place of an age: 2026-11-01")
    return asked


def check_question(question, program):
    """Has the program look at the question before Spark is at work, if there is one here."""
    if not _has(program):
        return
    with Running(["map", *question, "--manifest", "-", "--parts", "1"], program) as running:
        running.end_of_input()
        for _ in running.frames():
            pass
        running.end()


def main(typed=None):
    asked = arguments(typed)
    try:
        check_output(asked.output)
        check_question(asked.question, asked.program)
        try:
            import pyarrow  # noqa: F401
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise Failed(f"{error}; pip install 'stscope[spark]'") from None
        spark = SparkSession.builder.appName("stscope " + asked.question[0]).getOrCreate()
        _send_by_value()
        if "://" in asked.output:
            _place(spark, asked.output)
        manifest = None
        if asked.manifest:
            manifest = read_manifest(spark, asked.manifest)
        elif asked.paths:
            manifest = _manifest_of_paths(spark, asked)
        part = run(
            spark,
            asked.question,
            manifest=manifest,
            binary_files=asked.binary_files,
            tasks=asked.tasks,
            parts=asked.parts,
            program=asked.program,
        )
        write(spark, part, asked.output, asked.program)
    except Exception as error:  # noqa: BLE001 - what a task said is somewhere in what Spark says
        message = reason(error)
        if not message:
            traceback.print_exc()
            message = f"{type(error).__name__}: what it says is above; the part is not written"
        print(f"error: {message}", file=sys.stderr)
        return 2
    return 0


def reason(error):
    """What to tell of a fault; nothing, where only its trace can tell."""
    if isinstance(error, Failed):
        return str(error).strip()
    said = re.search(r"Failed: (stscope .*?|.*?)(\n\n|\n\s+at |$)", str(error), re.DOTALL)
    if said:
        return said.group(1).strip()
    lacks = re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", str(error))
    if lacks:
        return f"the Python of the executors has no {lacks.group(1)}; install it there, or set PYSPARK_PYTHON to one that has it"
    # Such as [PATH_NOT_FOUND].
    sparks = re.search(r"(\[[A-Z][A-Z_]+(?:\.[A-Z_]+)*\] [^\n]*)", str(error))
    if sparks:
        return f"{sparks.group(1).strip()}; check what was named"
    # Of Java's, the cause of all the others. What Python says there has its trace.
    causes = re.findall(r"(?:^|: |\n)((?:[a-z]\w*\.)+\w+(?:Exception|Error): [^\n]+)", str(error))
    if causes and "Traceback" not in str(error):
        return f"{causes[-1].strip()}; check what was named"
    return None


def _manifest_of_paths(spark, asked):
    if "://" in asked.paths:
        lines = [row["value"] for row in _reader(spark).text(asked.paths).collect()]
        lines[:1] = [line.lstrip("\ufeff") for line in lines[:1]]
    else:
        try:
            with open(asked.paths, encoding="utf-8-sig") as file:
                lines = file.read().split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no UTF-8"
            raise Failed(f"--paths {asked.paths}: {why}; give a text file with one path a line") from None
    here, prefixes = read_paths(lines)
    if not here and not prefixes:
        raise Failed(f"--paths {asked.paths}: it names nothing; give files, folders and s3:// prefixes, one a line")
    words = ["map", *asked.question, "--quiet"]
    return keep(spark, list_paths(spark, here, prefixes, words, asked.program), asked.save_manifest)


if __name__ == "__main__":
    sys.exit(main())
