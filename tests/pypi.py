"""Virtual environments with packages from PyPI, for the scripts of tests that need some.

Owns how one is made: it is whole or it is not there. What is in it, each script knows.
"""

import shutil
import subprocess
import sys


def install(folder, packages, options=(), then=None):
    """Makes an environment in a folder, unless it is there with the same packages.

    A package without a version is the newest each time. `then` is called with the folder to add what PyPI
    does not have.
    """
    # Written last: an environment without it is half made.
    done = folder / "installed"
    wanted = "\n".join([*packages, *([then.__name__] if then else [])])
    is_pinned = all("==" in package for package in packages)
    if is_pinned and done.exists() and done.read_text() == wanted:
        return
    try:
        if is_pinned or not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--retries", "1", "--upgrade", *options, *packages], check=True)
        if then:
            then(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(f"{folder}: {error}")
    done.write_text(wanted)
