"""Runs one command and prints what it took, as JSON: `measure.py OUTPUT ERRORS COMMAND...`.

A process of its own and as small as Python allows (-I -S, no subprocess), because Linux starts a
child's peak memory at that of the process it was spawned from: a larger parent would hide a small
child. Whoever reads the figures takes this one's own, about 8 MiB, for "less than that".
"""

import os
import signal
import sys
import time


def main():
    output, errors, *command = sys.argv[1:]
    opened = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666),
        (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666),
    ]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.perf_counter()
    # A group of its own, so that a pool of processes can be ended together.
    child = os.posix_spawn(command[0], command, os.environ, file_actions=opened, setpgroup=0)
    try:
        _, status, usage = os.wait4(child, 0)
    except KeyboardInterrupt:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return 130
    wall = time.perf_counter() - begun
    # Linux counts memory in KiB, macOS in bytes.
    memory = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(
        f'{{"exit_code": {os.waitstatus_to_exitcode(status)}, "wall": {wall:.6f}, '
        f'"cpu": {usage.ru_utime + usage.ru_stime:.6f}, "memory": {memory:.3f}}}'
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
