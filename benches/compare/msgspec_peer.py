"""The question in CPython with msgspec: `python msgspec_peer.py PROCESSES FOLDER`.

As orjson_peer.py, but a decoder that is told the fields makes no objects of the others. Those that
are objects themselves are left as bytes and read by orjson, of STS records alone.
"""

import msgspec
import orjson
from isal import igzip
from orjson_peer import call_of, main

NOTHING = msgspec.Raw(b"null")
NESTED = ("addendum", "requestParameters", "tlsDetails", "userIdentity")


class Record(msgspec.Struct, gc=False):
    eventSource: str | None = None
    eventID: str | None = None
    sharedEventID: str | None = None
    recipientAccountId: str | None = None
    eventCategory: str | None = None
    eventType: str | None = None
    vpcEndpointId: str | None = None
    addendum: msgspec.Raw = NOTHING
    requestParameters: msgspec.Raw = NOTHING
    tlsDetails: msgspec.Raw = NOTHING
    userIdentity: msgspec.Raw = NOTHING


class Document(msgspec.Struct, gc=False):
    Records: list[Record]


DECODER = msgspec.json.Decoder(Document)


def fields_of(record):
    fields = msgspec.structs.asdict(record)
    for name in NESTED:
        fields[name] = orjson.loads(memoryview(fields[name]))
    return fields


def read_file(path):
    with open(path, "rb") as file:
        document = igzip.decompress(file.read())
    if b"sts.amazonaws.com" not in document:
        return []
    records = DECODER.decode(document).Records
    calls = (call_of(fields_of(r)) for r in records if r.eventSource == "sts.amazonaws.com")
    return [tuple(call) for call in calls if call]


if __name__ == "__main__":
    main(read_file)
