"""The question in jq: `python jq_peer.py PROCESSES FOLDER`.

As many pipes `gzip -dc | jq` at a time as asked for, and one jq that counts what they found.
"""

import json
import multiprocessing.pool
import os
import subprocess
import sys

from answer import find_files, print_csv

HERE = os.path.dirname(os.path.abspath(__file__))
FILES_OF_A_PIPE = 20


def program(name):
    return ["-c", "-f", os.path.join(HERE, name)]


def calls_of(files):
    with subprocess.Popen(["gzip", "-dc", *files], stdout=subprocess.PIPE) as gzip:
        calls = subprocess.run(
            ["jq", *program("calls.jq")], stdin=gzip.stdout, stdout=subprocess.PIPE, check=True
        ).stdout
    if gzip.returncode:
        sys.exit(f"gzip ended with {gzip.returncode}")
    return calls


def main():
    processes, folder = sys.argv[1:]
    files = find_files(folder)
    pipes = [files[n : n + FILES_OF_A_PIPE] for n in range(0, len(files), FILES_OF_A_PIPE)]
    with multiprocessing.pool.ThreadPool(int(processes)) as pool:
        calls = b"".join(pool.imap_unordered(calls_of, pipes))
    counted = subprocess.run(
        ["jq", "-n", *program("count.jq")], input=calls, stdout=subprocess.PIPE, check=True
    ).stdout
    print_csv([json.loads(line) for line in counted.splitlines()])


if __name__ == "__main__":
    main()
