"""What of stscope.spark needs no Spark."""

import contextlib
import io
import os
import pathlib
import re
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
    def test_what_is_named_is_files_or_prefixes(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "a" / ".hidden").mkdir(parents=True)
            (folder / "a" / "x.json").write_text("{}")
            (folder / "a" / ".hidden" / "y.json").write_text("{}")
            (folder / "b.json").write_text("{}")
            rows, prefixes = spark.read_paths([f"{folder}/a\r\n", f"{folder}/b.json", "", "s3a://b12/p/"])
        self.assertEqual(prefixes, ["s3://b12/p/"])
        # A hidden folder is named for the program to count, and not gone into.
        expected = [(f"{folder}/a/.hidden", 0, ""), (f"{folder}/a/x.json", 2, ""), (f"{folder}/b.json", 2, "")]
        self.assertEqual(sorted(rows), expected)
        with self.assertRaisesRegex(spark.Failed, "nothing of that name"):
            spark.read_paths(["/no/such/file"])

    def test_a_name_that_is_no_text_is_kept_as_one(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(os.fsencode(folder), b"\xff.json"), "wb") as file:
                file.write(b"{}")
            self.assertEqual(spark.walk(folder), [(f"{folder}/\N{REPLACEMENT CHARACTER}.json", 2, "")])

    def test_a_file_is_read_once_by_whatever_names(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "logs").mkdir()
            (folder / "logs" / "b.json").write_text("{}")
            (folder / "elsewhere.json").write_text("{}")
            (folder / "logs" / "a.json").symlink_to("b.json")
            for name in "cd":
                (folder / "logs" / f"{name}.json").symlink_to(folder / "elsewhere.json")
            rows = spark.walk(f"{folder}/logs")
        self.assertEqual(rows, [(f"{folder}/logs/b.json", 2, ""), (f"{folder}/logs/c.json", 2, "")])

    def test_a_file_whose_own_name_is_passed_by_is_read_through_a_link(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            for name in ("5f3a.db", ".x.json", "y.json"):
                (folder / name).write_text("{}")
            (folder / "trail.json").symlink_to("5f3a.db")
            (folder / "x").symlink_to(".x.json")
            (folder / "y.db").symlink_to("y.json")
            # Damaged, and not passed by.
            (folder / "z.png").symlink_to("nowhere")
            rows = spark.walk(str(folder))
        self.assertEqual(sorted(os.path.basename(path) for path, _, _ in rows), ["nowhere", "trail.json", "x", "y.json"])

    def test_what_is_passed_by_is_what_the_manual_says(self):
        manual = pathlib.Path(__file__).parents[2] / "docs" / "logs.md"
        rows = [line for line in manual.read_text(encoding="utf-8").splitlines() if line.startswith("| `.adoc`")]
        self.assertEqual(set(re.findall(r"`\.([^`]+)`", rows[0].split("; with")[0])), set(spark.NOT_LOGS))
        logs = "AWSLogs/111122223333"
        for name in (
            "x.json",
            "db",
            "x.1",
            ".111122223333_CloudTrail_us-east-1_x.json.gz.Ab12",
            f"{logs}/CloudTrail/us-east-1/x.json.gz",
            f"{logs}/us-east-1/2026/x.json.gz",
            f"{logs}/2026/11/x.json.gz",
            f"{logs}/my-trail/x.json.gz",
        ):
            self.assertFalse(spark._is_passed_by(f"/logs/{name}"), name)
        for name in ("x.DB", ".x.json", "AWSLogs/111122223333/Config/us-east-1/x.json.gz"):
            self.assertTrue(spark._is_passed_by(f"/logs/{name}"), name)

    def test_a_named_file_is_read_once_by_whatever_names(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "logs" / "deep").mkdir(parents=True)
            (folder / "logs" / "a.json.1").write_text("{}")
            (folder / "logs" / "b.json").symlink_to("a.json.1")
            lines = [f"{folder}/logs", f"{folder}/logs/deep/../a.json.1", f"{folder}/logs/a.json.1", f"{folder}/logs/b.json"]
            for named in (lines, lines[1:], lines[3:] + lines[:1]):
                rows, _ = spark.read_paths(named)
                self.assertEqual(len(rows), 1, named)

    def test_behind_a_link_two_dots_are_those_of_the_system(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "real" / "deep").mkdir(parents=True)
            (folder / "real" / "x.json").write_text("{}")
            (folder / "x.json").write_text("")
            (folder / "current").symlink_to("real/deep")
            rows, _ = spark.read_paths([f"{folder}/current/../x.json"])
        self.assertEqual([size for _, size, _ in rows], [2])

    def test_links_to_folders_lead_on_and_in_no_circle(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for name in ("logs/a", "elsewhere/sub"):
                (folder / name).mkdir(parents=True)
            (folder / "logs" / "a" / "x.json").write_text("{}")
            (folder / "elsewhere" / "sub" / "y.json").write_text("{}")
            (folder / "logs" / "0").symlink_to("a")
            (folder / "logs" / "b").symlink_to(folder / "elsewhere")
            (folder / "elsewhere" / "back").symlink_to(folder / "logs")
            rows = spark.walk(f"{folder}/logs")
            once, _ = spark.read_paths([f"{folder}/logs", f"{folder}/elsewhere"])
        self.assertEqual(rows, [(f"{folder}/logs/a/x.json", 2, ""), (f"{folder}/logs/b/sub/y.json", 2, "")])
        # Two lines that a link joins.
        self.assertEqual(once, [(f"{folder}/logs/a/x.json", 2, ""), (f"{folder}/elsewhere/sub/y.json", 2, "")])

    def test_a_folder_that_cannot_be_listed_is_an_error(self):
        with self.assertRaisesRegex(spark.Failed, "No such file or directory; see that it can be listed"):
            spark.walk("/no/such/folder")

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
