"""Reads gauges with the parser of Prometheus' own client, and finds promtool.

    python3 tests/openmetrics/parse.py install DIR      prometheus-client from PyPI, promtool from Debian
    python3 tests/openmetrics/parse.py parse DIR FILE   prints the samples as JSON: name, labels, value
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pypi

PACKAGES = ["prometheus-client==0.23.1"]


def promtool(folder):
    """Puts promtool into bin. Debian has it in one package with the server, which is unpacked and not
    installed, as it would be started."""
    place = folder / "bin/promtool"
    if found := shutil.which("promtool"):
        place.symlink_to(found)
        return
    with tempfile.TemporaryDirectory() as unpacked:
        subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=unpacked, check=True)
        (package,) = Path(unpacked).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, unpacked], check=True)
        shutil.copy(Path(unpacked) / "usr/bin/promtool", place)


def parse(file):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
    from prometheus_client.parser import text_string_to_metric_families as plain

    text = file.read_bytes().decode()
    samples = [s for family in strict(text) for s in family.samples]
    # The older format, which the textfile collector of node_exporter reads.
    older = [s for family in plain(text) for s in family.samples]
    shown = [[[s.name, s.labels, s.value] for s in each] for each in (samples, older)]
    if shown[0] != shown[1]:
        sys.exit("the two formats read differently")
    json.dump(shown[0], sys.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "install":
        pypi.install(Path(sys.argv[2]), PACKAGES, then=promtool)
    else:
        parse(Path(sys.argv[3]))
