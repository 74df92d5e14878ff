"""The question asked again of a table that DuckDB has loaded.

`python duckdb_table.py THREADS load FILE FOLDER` reads the archive into a database once, with the
columns of AWS's own CloudTrail table for Athena, for all services and any question;
`python duckdb_table.py THREADS ask FILE` asks the question of it, and
`python duckdb_table.py THREADS services FILE` one that stscope cannot answer: calls by service.
"""

import sys

from answer import print_csv
from duckdb_peer import RECORD, RULE, TEXT, connect, records

ANYTHING = "JSON"
COLUMNS = {
    **RECORD,
    "eventVersion": TEXT,
    "eventTime": TEXT,
    "eventName": TEXT,
    "awsRegion": TEXT,
    "sourceIPAddress": TEXT,
    "userAgent": TEXT,
    "errorCode": TEXT,
    "errorMessage": TEXT,
    "requestParameters": ANYTHING,
    "responseElements": ANYTHING,
    "additionalEventData": ANYTHING,
    "requestID": TEXT,
    "resources": ANYTHING,
    "serviceEventDetails": ANYTHING,
    "tlsDetails": {"tlsVersion": TEXT, "cipherSuite": TEXT, "clientProvidedHostHeader": TEXT},
}
SOURCE = """SELECT * REPLACE (
    from_json(requestParameters, '{"roleArn":"VARCHAR","principalArn":"VARCHAR"}')
        AS requestParameters) FROM records"""

SERVICES = """SELECT eventSource, eventName, count(*) AS calls FROM records
    GROUP BY ALL ORDER BY calls DESC, eventSource, eventName"""


if __name__ == "__main__":
    threads, what, database = sys.argv[1:4]
    connection = connect(database, int(threads))
    if what == "load":
        connection.execute(f"CREATE TABLE records AS {records(sys.argv[4], COLUMNS)}")
    elif what == "services":
        for row in connection.execute(SERVICES).fetchall():
            print(*row, sep=",")
    else:
        print_csv(connection.execute(RULE.replace("{source}", SOURCE)).fetchall())
    connection.close()
