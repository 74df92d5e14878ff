#!/usr/bin/env python3
"""AWS's own validator of digests, the AWS CLI's `cloudtrail validate-logs`, with a folder in place of S3.

    validate_logs.py install VENV             make a virtual environment with the newest awscli, from PyPI
    validate_logs.py validate FOLDER ASKED    with the Python of that environment: what it says of the archive in
                                       FOLDER, as JSON

ASKED is a file of JSON: bucket, arn, region, since, until, keys (what list-public-keys prints) and
signatures (of each digest, by key: what S3 has beside it).
"""

import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import pypi


class S3:
    """As much of a client as the validator uses."""

    def __init__(self, folder, asked):
        self.folder, self.asked = pathlib.Path(folder), asked

    def get_client(self, _bucket):
        return self

    def get_paginator(self, _operation):
        return self

    def paginate(self, Bucket, Marker, Prefix):
        files = (path for path in self.folder.rglob("*") if path.is_file())
        keys = (str(path.relative_to(self.folder)) for path in files)
        keys = sorted(key for key in keys if key.startswith(Prefix) and key > Marker)

        class Pages:
            def search(self, _expression):
                return iter(keys)

        return Pages()

    def get_object(self, Bucket, Key):
        from botocore.exceptions import ClientError

        path = self.folder / Key
        if Bucket != self.asked["bucket"] or not path.is_file():
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": Key}}, "GetObject")
        signature = self.asked["signatures"].get(Key, "")
        metadata = {"signature": signature, "signature-algorithm": "SHA256withRSA"}
        return {"Body": io.BytesIO(path.read_bytes()), "Metadata": metadata}


class CloudTrail:
    def __init__(self, keys):
        self.keys = keys

    def list_public_keys(self, **_times):
        return self.keys


def validate(folder, asked):
    import contextlib

    from awscli.customizations.cloudtrail import validation

    asked = json.loads(pathlib.Path(asked).read_text())
    command = validation.CloudTrailValidateLogs(None)
    command.trail_arn = asked["arn"]
    command.is_verbose = True
    command.start_time = validation.normalize_date(validation.parse_date(asked["since"]))
    command.end_time = validation.normalize_date(validation.parse_date(asked["until"]))
    command.s3_bucket, command.s3_prefix, command.account_id = asked["bucket"], None, None
    command._source_region = asked["region"]
    command.s3_client_provider = S3(folder, asked)
    command.cloudtrail_client = CloudTrail(asked["keys"])
    command.organization_client = None
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        command._call()
    print(
        json.dumps(
            {
                "valid_digests": command._valid_digests,
                "invalid_digests": command._invalid_digests,
                "valid_logs": command._valid_logs,
                "invalid_logs": command._invalid_logs,
                "said": said.getvalue(),
            }
        )
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install", folder]:
            pypi.install(pathlib.Path(folder), ["awscli"])
        case ["validate", folder, asked]:
            validate(folder, asked)
        case _:
            sys.exit(__doc__)
