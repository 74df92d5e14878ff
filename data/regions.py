#!/usr/bin/env python3
"""The table of Regions in src/aws/region.rs, from botocore's data.

    regions.py install VENV   make a virtual environment with the newest botocore, from PyPI
    regions.py rows           with the Python of that environment: the rows of REGIONS, to be put there
    regions.py hosts          the STS endpoints by botocore's own rules: a line of code, host, FIPS host
                              and dual-stack host each

botocore does not tell which Regions are enabled by default: that is AWS's documentation's to say, and
no Region of the partition aws has been since March 2019.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html
"""

import gzip
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))

import pypi

PARTITIONS = {
    "aws": "Aws",
    "aws-cn": "AwsCn",
    "aws-eusc": "AwsEusc",
    "aws-iso": "AwsIso",
    "aws-iso-b": "AwsIsoB",
    "aws-iso-e": "AwsIsoE",
    "aws-iso-f": "AwsIsoF",
    "aws-us-gov": "AwsUsGov",
}

BY_DEFAULT = """
ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1
eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
cn-north-1 cn-northwest-1
""".split()

# What AWS's ip-ranges.json names and botocore does not know yet.
NOT_IN_BOTOCORE = {"us-south-1": ("", "aws")}


def data():
    import botocore

    return pathlib.Path(botocore.__file__).parent / "data"


def regions():
    """Code → name and partition: partitions.json has the names, and endpoints.json some more Regions."""
    found = {}
    for partition in json.loads((data() / "partitions.json").read_text())["partitions"]:
        for code, region in partition["regions"].items():
            if not code.endswith("-global"):
                found[code] = (region.get("description", ""), partition["id"])
    for partition in json.loads((data() / "endpoints.json").read_text())["partitions"]:
        for code, region in partition["regions"].items():
            found.setdefault(code, (region.get("description", ""), partition["partition"]))
        # A Region may have endpoints before it has a name.
        for code in partition["services"].get("sts", {}).get("endpoints", {}):
            if "global" not in code and "fips" not in code:
                found.setdefault(code, ("", partition["partition"]))
    for code, region in NOT_IN_BOTOCORE.items():
        found.setdefault(code, region)
    return sorted(found.items())


def availability(code, partition):
    if code in BY_DEFAULT:
        return "ByDefault"
    return "OptIn" if partition == "aws" else "Undocumented"


def rows():
    for code, (name, partition) in regions():
        if name == code:
            name = ""
        print(f'    row("{code}", "{name}", {PARTITIONS[partition]}, {availability(code, partition)}),')


def hosts():
    from botocore.endpoint_provider import EndpointProvider

    rules = next((data() / "sts").glob("*/endpoint-rule-set-1.json*"))
    raw = rules.read_bytes()
    rules = json.loads(gzip.decompress(raw) if rules.suffix == ".gz" else raw)
    provider = EndpointProvider(rules, json.loads((data() / "partitions.json").read_text()))
    for code, _ in regions():
        hosts = []
        for fips, dualstack in ((False, False), (True, False), (False, True)):
            endpoint = provider.resolve_endpoint(
                Region=code, UseFIPS=fips, UseDualStack=dualstack, UseGlobalEndpoint=False
            )
            hosts.append(endpoint.url.removeprefix("https://"))
        print(code, *hosts)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install", folder]:
            pypi.install(pathlib.Path(folder), ["botocore"])
        case ["rows"]:
            rows()
        case ["hosts"]:
            hosts()
        case _:
            sys.exit(__doc__)
