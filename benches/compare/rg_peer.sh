#!/bin/sh
# Hosts that are named in the logs, and how often: rg_peer.sh PROCESSES FOLDER
#
# What is typed first by whoever has no tool: `gzip -dc | rg`. It is no answer to the question: a host
# says nothing of who called, calls of two records are not told from copies of one, and a record that
# another service wrote may name the same header.
# Tried: `rg -z` is slower, as it starts a gzip for each file; zcat is gzip -dc.
set -eu
# What processes write to one pipe may be mixed up, so each counts before it writes a little.
find "$2" -name '*.json.gz' -print0 |
    xargs -0 -P "$1" -n 50 sh -c 'gzip -dc "$@" |
        rg --only-matching --no-filename --replace "\$1" "\"clientProvidedHostHeader\":\"([^\"]*)\"" |
        sort | uniq -c' sh |
    awk '{ calls[$2] += $1 } END { for (host in calls) print calls[host], host }' | sort -k2
