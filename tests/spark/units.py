"""What of stscope.spark needs no Spark."""

import contextlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from stscope import spark

PROGRAM = None


class Tasks(unittest.TestCase):
    def test_tasks_weigh_the_same_and_keep_neighbours_together(self):
        sample = [(f"k{number:03}", 1 + number % 3) for number in reversed(range(300))]
        bounds = spark.bounds_of(sample, 10)
        self.assertEqual(len(bounds), 9)
        self.assertEqual(bounds, sorted(bounds))
        weights = [0] * 10
        import bisect

        for path, weight in sample:
            weights[bisect.bisect_right(bounds, path)] += weight
        self.assertLess(max(weights), 1.2 * min(weights))

    def test_more_tasks_than_files_leave_some_without_work(self):
        self.assertLess(len(spark.bounds_of([("a", 5), ("b", 5)], 7)), 7)
        self.assertEqual(spark.bounds_of([], 3), [])

    def test_a_large_archive_has_as_many_tasks_and_parts_as_its_bytes(self):
        self.assertEqual(spark.count_of(None, None, 0), (1, 1))
        self.assertEqual(spark.count_of(None, None, 30 * 10**12), (1747, 27940))
        self.assertEqual(spark.count_of(600, 7500, 30 * 10**12), (600, 7500))


class Faults(unittest.TestCase):
    def test_what_a_task_said_is_told_without_its_trace(self):
        traces = "Job aborted due to stage failure\n  File \"worker.py\", line 3\n"
        self.assertEqual(spark.reason(spark.Failed(" no program ")), "no program")
        said = RuntimeError(f"{traces}stscope.spark.Failed: stscope map ended with 2: no\n\n\tat org.apache")
        self.assertEqual(spark.reason(said), "stscope map ended with 2: no")
        lacks = RuntimeError(f"{traces}ModuleNotFoundError: No module named 'pyarrow'\n\tat org.apache")
        self.assertIn("has no pyarrow; install it there", spark.reason(lacks))
        self.assertIsNone(spark.reason(RuntimeError(traces)))
        java = RuntimeError("An error occurred while calling o45.x.\n: org.x.SparkException: Job aborted\n\tat org\n"
                            "Caused by: org.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme \"s3\"\n\tat org")
        self.assertEqual(spark.reason(java), "org.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme "
                                             "\"s3\"; check what was named")
        nothing = RuntimeError("[PATH_NOT_FOUND] Path does not exist: file:/x.\nJVM stacktrace: …")
        self.assertEqual(
            spark.reason(nothing), "[PATH_NOT_FOUND] Path does not exist: file:/x.; check what was named"
        )


class Paths(unittest.TestCase):
    def listed(self, *lines):
        """What a task lists of what is named here."""
        import pyarrow as pa

        here, prefixes = spark.read_paths(lines)
        self.assertEqual(prefixes, [])
        batch = pa.RecordBatch.from_pylist([{"here": here, "prefix": ""}])
        task = spark._task_of_list(["map", "report", "--quiet"], PROGRAM)
        return [tuple(row.values()) for out in task([batch]) for row in out.to_pylist()]

    def test_what_is_named_is_here_or_in_s3(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "b.json").write_text("{}")
            here, prefixes = spark.read_paths([f"{folder}\r\n", f"{folder}/b.json", "", "s3a://b12/p/"])
        self.assertEqual(prefixes, ["s3://b12/p/"])
        self.assertEqual(here, [str(folder), f"{folder}/b.json"])
        with self.assertRaisesRegex(spark.Failed, "nothing of that name"):
            spark.read_paths(["/no/such/file"])

    def test_folders_are_listed_as_stscope_walks_them(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "logs" / ".hidden").mkdir(parents=True)
            (folder / "logs" / ".hidden" / "y.json").write_text("{}")
            (folder / "logs" / "a.json").write_text("{}")
            (folder / "logs" / "b.json").symlink_to("a.json")
            (folder / "logs" / "round").symlink_to("..")
            (folder / "c.json").write_text("")
            expected = [(f"{folder}/logs/.hidden", 0, ""), (f"{folder}/logs/a.json", 2, "")]
            self.assertEqual(self.listed(f"{folder}/logs"), [*expected, (f"{folder}/logs/round/c.json", 0, "")])
            # What a link joins is read once, by whatever names.
            names = [f"{folder}/logs", f"{folder}/c.json", f"{folder}/logs/b.json"]
            self.assertEqual(self.listed(*names), [(f"{folder}/c.json", 0, ""), *expected])

    def test_what_has_no_place_on_a_list_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            named = pathlib.Path(folder) / "x.md"
            named.write_text("{}")
            with self.assertRaisesRegex(spark.Failed, "x.md: it is read where it is named"):
                self.listed(str(named))

    def test_behind_a_link_two_dots_are_those_of_the_system(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "real" / "deep").mkdir(parents=True)
            (folder / "real" / "x.json").write_text("{}")
            (folder / "x.json").write_text("")
            (folder / "current").symlink_to("real/deep")
            rows = self.listed(f"{folder}/current/../x.json")
        self.assertEqual([size for _, size, _ in rows], [2])

    def test_where_no_part_can_be_written_is_told_before_the_work(self):
        with tempfile.TemporaryDirectory() as folder:
            spark.check_output(f"{folder}/x.part")
            spark.check_output("s3://bucket/x.part")
            for output in [folder, f"{folder}/none/x.part"]:
                with self.assertRaises(spark.Failed):
                    spark.check_output(output)

    def test_spellings_of_sparks_are_those_of_stscope(self):
        for path, ours in [
            ("s3n://b/k", "s3://b/k"),
            ("dbfs:/Volumes/x", "/Volumes/x"),
            ("file:///x/y", "/x/y"),
            ("s3://b/file:/x", "s3://b/file:/x"),
        ]:
            self.assertEqual(spark._of_s3(path), ours)

    def test_a_line_end_has_no_place_in_a_manifest(self):
        self.assertEqual(spark.line_of("a\tb", 3, ""), b"3\t\ta\tb\n")
        self.assertEqual(spark.line_of("s3://b/p/", -1, "date"), b"-\tdate\ts3://b/p/\n")
        for path, size in [("a\nb", 3), ("a\r", 3), ("", 3), ("a", None)]:
            with self.assertRaises(spark.Failed):
                spark.line_of(path, size, "")


class Program(unittest.TestCase):
    def test_the_one_given_goes_first_and_what_cannot_run_is_copied(self):
        self.assertEqual(spark.find_program(PROGRAM), PROGRAM)
        with tempfile.TemporaryDirectory() as folder:
            plain = pathlib.Path(folder) / "stscope"
            plain.write_text("#!/bin/sh\necho it runs\n")
            plain.chmod(0o644)
            found = spark.find_program(str(plain))
            self.assertEqual(subprocess.check_output([found]), b"it runs\n")
        with self.assertRaisesRegex(spark.Failed, "no program /no/such"):
            spark.find_program("/no/such")

    def test_it_is_found_on_path_and_by_the_package(self):
        import stscope

        before = os.environ["PATH"]
        os.environ["PATH"] = f"{pathlib.Path(PROGRAM).parent}{os.pathsep}{before}"
        try:
            self.assertTrue(stscope.program().endswith("stscope"))
            words = [sys.executable, "-m", "stscope", "endpoint", "sts.amazonaws.com"]
            python = str(pathlib.Path(stscope.__file__).parent.parent)
            said = subprocess.run(words, env={**os.environ, "PYTHONPATH": python}, capture_output=True, check=True)
            self.assertIn(b"global", said.stdout)
        finally:
            os.environ["PATH"] = before

    def test_frames_come_out_and_what_it_says_last_is_in_the_error(self):
        with spark.Running(["map", "report", "--manifest", "-", "--parts", "3", "-q"], PROGRAM) as running:
            running.end_of_input()
            frames = list(running.frames())
            running.end()
        self.assertEqual(len(frames), 1)
        number, frame = frames[0]
        self.assertEqual(int.from_bytes(frame[:4], "little"), number)
        with spark.Running(["map", "report", "--manifest", "-", "--parts", "3"], PROGRAM) as running:
            running.write(b"no line of a manifest\n")
            running.end_of_input()
            self.assertEqual(list(running.frames()), [])
            with self.assertRaisesRegex(spark.Failed, "stscope map report ended with 2: .*line 1 of the manifest"):
                running.end()

    def test_a_program_that_ends_early_is_told_by_its_own_words(self):
        with spark.Running(["map", "nonsense"], PROGRAM) as running:
            with self.assertRaisesRegex(spark.Failed, "nonsense"):
                for _ in range(10_000):
                    running.write(b"x" * 4096)
                running.end_of_input()
                running.end()


class Arguments(unittest.TestCase):
    def refused(self, *typed):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit):
            spark.arguments(typed)
        return said.getvalue()

    def test_the_question_is_all_that_follows(self):
        asked = spark.arguments(["--paths", "x", "-o", "y", "plan", "--since", "2026-11-01", "--parts-like"])
        self.assertEqual(asked.question, ["plan", "--since", "2026-11-01", "--parts-like"])
        self.assertEqual(spark.arguments(["--paths", "x", "-o", "y"]).question, ["report"])

    def test_what_cannot_be_meant_is_refused(self):
        self.assertIn("give a time", self.refused("--paths", "x", "-o", "y", "report", "--since", "30d"))
        self.assertIn("give a time", self.refused("--paths", "x", "-o", "y", "report", "--since=36h"))
        for word in ("-qh", "-oz"):
            self.assertIn("decided here", self.refused("--paths", "x", "-o", "y", "report", word))
        asked = spark.arguments(["--paths", "x", "-o", "y", "report", "--where", "session_name=7d"])
        self.assertEqual(asked.question[-1], "session_name=7d")
        self.assertIn("--tasks 0", self.refused("--paths", "x", "-o", "y", "--tasks", "0"))
        self.assertIn("--save-manifest", self.refused("--manifest", "x", "-o", "y", "--save-manifest", "z"))
        self.assertIn("required", self.refused("-o", "y"))
        self.assertIn("decided here", self.refused("--paths", "x", "-o", "y", "report", "--threads", "2"))
        self.assertIn("decided here", self.refused("--paths", "x", "-o", "y", "report", "--output=z"))
