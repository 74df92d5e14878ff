"""python -m stscope: the program."""

import subprocess
import sys

from . import program

if __name__ == "__main__":
    try:
        code = subprocess.call([program(), *sys.argv[1:]])
    except KeyboardInterrupt:
        code = 130
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    # Ended by a signal: as a shell says it.
    sys.exit(128 - code if code < 0 else code)
