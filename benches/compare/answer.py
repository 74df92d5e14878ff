"""What all peers print: calls to STS by host, VPC endpoint and principal, as sorted CSV."""

import csv
import glob
import os
import sys

COLUMNS = ["client_provided_host_header", "vpc_endpoint_id", "principal", "calls"]


def find_files(folder):
    return sorted(glob.glob(os.path.join(glob.escape(folder), "**", "*.json.gz"), recursive=True))


def print_csv(rows):
    """Each row is (host, VPC endpoint, principal, calls); what a record lacks is empty."""
    rows = [[*(text or "" for text in row[:3]), int(row[3])] for row in rows]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(rows, key=lambda row: [text.encode() for text in row[:3]]))
