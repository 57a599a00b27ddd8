#!/usr/bin/env bash
# Scores rows on a Slurm cluster whose nodes share this folder: examples/slurm/submit.sh SHARDS INPUT...
# The folder gets plan.json, shards/ and predictions.csv.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shards=$1
shift
digitflow plan "$@" --shards "$shards" -o plan.json
# A plan may have fewer shards than were asked for: a row is not cut.
last=$(node -p 'JSON.parse(require("fs").readFileSync("plan.json", "utf8")).shards.length - 1')
mkdir -p shards logs
score=$(sbatch --parsable --array="0-$last" "$here/score.sbatch")
# Only when all shards are done.
sbatch --parsable --dependency="afterok:$score" --kill-on-invalid-dep=yes "$here/merge.sbatch"
