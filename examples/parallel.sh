#!/usr/bin/env bash
# Scores rows with GNU parallel, on this machine or on others: examples/parallel.sh SHARDS INPUT...
# For others: PARALLEL_FLAGS='--sshlogin node1,node2 --workdir .', and this folder at the same place on each of them.
set -euo pipefail
shards=$1
shift
digitflow plan "$@" --shards "$shards" -o plan.json
last=$(node -p 'JSON.parse(require("fs").readFileSync("plan.json", "utf8")).shards.length - 1')
# Each shard gets up to three tries; what is done is skipped when this is run again.
# shellcheck disable=SC2086
seq 0 "$last" | parallel --will-cite --retries 3 --halt now,fail=20% --joblog shards.log ${PARALLEL_FLAGS:-} \
  digitflow score --plan plan.json --shard {} --out shards --workers 1 --quiet
digitflow merge plan.json shards -o predictions.csv
