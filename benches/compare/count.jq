# The calls of all documents -> [host, VPC endpoint, principal, calls], each call counted once.

[inputs]
| map(select(.event_id == null)) as $always
| map(select(.event_id != null))
| group_by([.event_id, .recipient]) | map(min_by(.group))
| map(select(.shared_event_id == null)) as $own
| (map(select(.shared_event_id != null))
    | group_by(.shared_event_id) | map(min_by([.is_targets_copy, .group]))) as $shared
| $always + $own + $shared
| group_by(.group)[]
| .[0].group + [length]
