#!/usr/bin/env python3
"""Asks engines the texts of `stscope query`, for tests/it/query.rs.

    engines.py install VENV            make a virtual environment with the engines, from PyPI
    engines.py ask ENGINE FOLDER       with the Python of that environment: put the question on
                                       standard input to ENGINE, of the archive in FOLDER; the rows go
                                       to standard output, a JSON array each

Engines: duckdb, clickhouse (chDB); duckdb-table and clickhouse-table, where the records are in a
table `odd "db".it's\\a table`; athena, and athena-grown with useridentity.identityprovider in the
table: sqlglot reads the text in Athena's dialect and writes it in DuckDB's, which is asked of a table
of the documented shape; cloudwatch: insights.py reads the text.
"""

import glob
import gzip
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import pypi

PINS = ["duckdb==2.0.0", "chdb-core==26.9.0", "sqlglot==30.30.0"]

COLUMNS = [
    "endpoint",
    "client_provided_host_header",
    "vpc_endpoint_id",
    "principal",
    "calls",
    "errors",
    "first_event_time",
    "last_event_time",
]

# https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
TEXT = "VARCHAR"
ATHENA_TABLE = {
    "eventversion": TEXT,
    "useridentity": {
        "type": TEXT,
        "principalid": TEXT,
        "arn": TEXT,
        "accountid": TEXT,
        "invokedby": TEXT,
        "accesskeyid": TEXT,
        "username": TEXT,
        "onbehalfof": {"userid": TEXT, "identitystorearn": TEXT},
        "sessioncontext": {
            "attributes": {"mfaauthenticated": TEXT, "creationdate": TEXT},
            "sessionissuer": {
                "type": TEXT,
                "principalid": TEXT,
                "arn": TEXT,
                "accountid": TEXT,
                "username": TEXT,
            },
            "ec2roledelivery": TEXT,
            "webidfederationdata": {"federatedprovider": TEXT, "attributes": "MAP(VARCHAR, VARCHAR)"},
        },
    },
    "eventtime": TEXT,
    "eventsource": TEXT,
    "eventname": TEXT,
    "awsregion": TEXT,
    "sourceipaddress": TEXT,
    "useragent": TEXT,
    "errorcode": TEXT,
    "errormessage": TEXT,
    "requestparameters": TEXT,
    "responseelements": TEXT,
    "additionaleventdata": TEXT,
    "requestid": TEXT,
    "eventid": TEXT,
    "readonly": TEXT,
    "resources": [{"arn": TEXT, "accountid": TEXT, "type": TEXT}],
    "eventtype": TEXT,
    "apiversion": TEXT,
    "recipientaccountid": TEXT,
    "serviceeventdetails": TEXT,
    "sharedeventid": TEXT,
    "vpcendpointid": TEXT,
    "vpcendpointaccountid": TEXT,
    "eventcategory": TEXT,
    "addendum": {
        "reason": TEXT,
        "updatedfields": TEXT,
        "originalrequestid": TEXT,
        "originaleventid": TEXT,
    },
    "sessioncredentialfromconsole": TEXT,
    "edgedevicedetails": TEXT,
    "tlsdetails": {"tlsversion": TEXT, "ciphersuite": TEXT, "clientprovidedhostheader": TEXT},
}


def records(folder):
    """The records of all files, of all services."""
    for path in sorted(glob.glob(f"{folder}/**/*.json.gz", recursive=True)):
        with open(path, "rb") as file:
            content = file.read()
        document = json.loads(gzip.decompress(content)) if content else {}
        yield from document.get("Records", [])


# --- DuckDB -------------------------------------------------------------------------------------


def ask_duckdb(question, folder):
    import duckdb

    return duckdb.connect().execute(question).fetchall()


def ask_duckdb_table(question, folder):
    import duckdb

    connection = duckdb.connect()
    connection.execute('CREATE SCHEMA "odd ""db"""')
    connection.execute(
        """CREATE TABLE "odd ""db"\""."it's\\a table" AS
            SELECT unnest(r) FROM (SELECT unnest(Records) AS r
                FROM read_json(?, union_by_name = true))""",
        [f"{folder}/**/*.json.gz"],
    )
    return connection.execute(question).fetchall()


# --- ClickHouse ---------------------------------------------------------------------------------


def clickhouse_rows(connection, question):
    # Not splitlines(): a text may have line ends of Unicode in it.
    lines = str(connection.query(question, "JSONCompactEachRow")).rstrip("\n").split("\n")
    rows = [json.loads(line) for line in lines]
    # The counts come as texts: 64 bits are more than a number of JavaScript's.
    return [[*row[:4], int(row[4]), int(row[5]), *row[6:]] for row in rows]


def ask_clickhouse(question, folder):
    import chdb

    return clickhouse_rows(chdb, question)


def ask_clickhouse_table(question, folder):
    from chdb import session

    texts = """eventSource eventID sharedEventID recipientAccountId eventCategory eventType eventTime
        errorCode awsRegion vpcEndpointId""".split()
    objects = "addendum tlsDetails additionalEventData requestParameters userIdentity".split()
    with tempfile.TemporaryDirectory() as place:
        connection = session.Session(place)
        connection.query('CREATE DATABASE "odd \\"db\\""')
        members = [f"JSONExtractString(r, '{name}') AS {name}" for name in texts]
        members += [
            f"if(JSONType(r, '{name}') = 'Object', JSONExtractRaw(r, '{name}'), '{{}}')::JSON AS {name}"
            for name in objects
        ]
        connection.query(
            f"""CREATE TABLE "odd \\"db\\""."it's\\\\a table" ENGINE = Memory AS
                SELECT {", ".join(members)} FROM (SELECT arrayJoin(Records) AS r FROM
                    file('{folder}/**/*.json.gz', 'JSONEachRow', 'Records Array(String)'))"""
        )
        rows = clickhouse_rows(connection, question)
        connection.close()
        return rows


# --- Athena -------------------------------------------------------------------------------------


def duckdb_type(shape):
    if isinstance(shape, str):
        return shape
    if isinstance(shape, list):
        return f"{duckdb_type(shape[0])}[]"
    return f"STRUCT({', '.join(f'{name} {duckdb_type(one)}' for name, one in shape.items())})"


def as_serde_reads(value, shape):
    """A JSON value as the SerDe puts it into a column: what has no place of its own is its text."""
    if value is None:
        return None
    if shape == TEXT:
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(shape, str):
        return {name: as_serde_reads(one, TEXT) for name, one in value.items()}
    if isinstance(shape, list):
        return [as_serde_reads(one, shape[0]) for one in value]
    members = {name.lower(): one for name, one in value.items()}
    return {name: as_serde_reads(members.get(name), one) for name, one in shape.items()}


def ask_athena(question, folder, table=ATHENA_TABLE):
    import duckdb
    import sqlglot

    translated = sqlglot.transpile(
        question, read="athena", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert len(translated) == 1, "the text must be one statement"
    with tempfile.TemporaryDirectory() as place:
        lines = pathlib.Path(place, "records.jsonl")
        with open(lines, "w", encoding="utf-8") as file:
            for record in records(folder):
                file.write(json.dumps(as_serde_reads(record, table)) + "\n")
        connection = duckdb.connect()
        columns = {name: duckdb_type(shape) for name, shape in table.items()}
        connection.execute(
            "CREATE TABLE cloudtrail_logs AS SELECT * FROM read_json(?, format = 'newline_delimited',"
            f" columns = {columns})",
            [str(lines)],
        )
    return connection.execute(translated[0]).fetchall()


def ask_athena_grown(question, folder):
    identity = {**ATHENA_TABLE["useridentity"], "identityprovider": TEXT}
    return ask_athena(question, folder, {**ATHENA_TABLE, "useridentity": identity})


# --- CloudWatch ---------------------------------------------------------------------------------


def ask_cloudwatch(question, folder):
    from insights import run

    return [[row.get(column) for column in COLUMNS] for row in run(question, records(folder))]


ENGINES = {
    "duckdb": ask_duckdb,
    "duckdb-table": ask_duckdb_table,
    "clickhouse": ask_clickhouse,
    "clickhouse-table": ask_clickhouse_table,
    "athena": ask_athena,
    "athena-grown": ask_athena_grown,
    "cloudwatch": ask_cloudwatch,
}


def main():
    match sys.argv[1:]:
        case ["install", venv]:
            # What chDB needs for data frames (pandas, pyarrow) is not needed here.
            pypi.install(pathlib.Path(venv), PINS, ["--no-deps", "--only-binary", ":all:"])
        case ["ask", engine, folder]:
            for row in ENGINES[engine](sys.stdin.read(), folder):
                print(json.dumps([("" if cell is None else cell) for cell in row]))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
